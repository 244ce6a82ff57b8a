// Inputs and surroundings that crashed, blocked or misled the command.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using command_test::run_command;
using command_test::start;

namespace {

const std::string attack = THALWEG_SOURCE_DIR "/tests/field/attack/";

constexpr const char* line = R"([model]
y = "a + b * x"
[parameters]
a = 0
b = 1
[data]
columns = ["x", "y"]
rows = [[0, 1], [1, 3], [2, 4], [3, 6]]
)";

/// A call that must be over soon, whatever it says.
Outcome soon(const std::string& arguments, const Folder& folder) {
  const Outcome o = run_command("timeout 20 '" THALWEG_COMMAND "' " + arguments, folder.path());
  CHECK(o.code != 124);
  return o;
}

}  // namespace

TEST_CASE("attack: no list of arguments ends the command by a signal") {
  CHECK(run("-- check").code == 2);
  const std::vector<std::string> words = {
      "--",     "''",     "-",         "check",       "solve",   "fit",   "list",   "compare", "generate",
      "bundle", "--help", "--version", "--start",     "1",       "a=1",   "--json", "--model", "'y = a*x'",
      "-h",     "--=",    "=",         "nofile.toml", "methods", "--fix", "---",    "version", "help"};
  std::mt19937 random(11);
  for (int trial = 0; trial < 150; ++trial) {
    std::string arguments;
    for (unsigned n = random() % 5; n > 0; --n) arguments += words[random() % words.size()] + " ";
    const Folder folder;
    const Outcome o = soon(arguments, folder);
    CHECK_MESSAGE((o.code >= 0 && o.code <= 4), arguments << " returned " << o.code);
    if (o.code >= 2) CHECK_MESSAGE(!o.err.empty(), arguments);
  }
}

TEST_CASE("attack: a file may be called like a command") {
  const Folder folder;
  folder.write("check.toml", line);
  CHECK(contains(run("solve check", folder.path()).err, "check: cannot be opened"));
}

TEST_CASE("attack: pipes, folders, devices and sockets as inputs and outputs") {
  const Folder folder;
  folder.write("f.toml", line);
  REQUIRE(mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  REQUIRE(mkfifo((folder.path() / "pipe.toml").c_str(), 0600) == 0);
  for (const char* verb : {"solve", "check", "compare"})
    for (const char* file : {"pipe.toml", "/dev/zero", "."}) {
      const Outcome o = soon(std::string(verb) + " " + file, folder);
      CHECK_MESSAGE(o.code == 3, verb << " " << file << ": " << o.err);
      CHECK_MESSAGE(!o.err.empty(), verb << " " << file);
    }
  CHECK(contains(soon("solve pipe.toml", folder).err, "pipe.toml: is a pipe to which nobody writes"));
  CHECK(contains(soon("solve /dev/zero", folder).err, "/dev/zero: is a device"));
  for (const char* option : {"--output", "--report", "--json", "--trace"}) {
    const Outcome o = soon(std::string("solve f.toml ") + option + " pipe", folder);
    CHECK_MESSAGE(o.code == 2, option << ": " << o.err);
    CHECK_MESSAGE(contains(o.err, "is a pipe that nobody reads"), o.err);
  }
  const Outcome piped = run_command(
      "{ (sleep 0.2; cat f.toml) > pipe.toml & } ; timeout 20 '" THALWEG_COMMAND "' solve pipe.toml", folder.path());
  CHECK_MESSAGE(piped.code == 0, piped.err);
  const Outcome read =
      run_command("{ timeout 20 cat pipe > got & } ; timeout 20 '" THALWEG_COMMAND "' solve f.toml --json pipe; wait",
                  folder.path());
  CHECK(read.code == 0);
  CHECK(contains(command_test::read(folder.path() / "got"), "\"status\""));
}

TEST_CASE("attack: a table comes through a pipe or standard input") {
  const Folder folder;
  folder.write("d.csv", "x,y\n0,1\n1,3\n2,4\n3,6\n");
  const std::string fit = " --model 'y = a+b*x' --start a=0,b=1";
  for (const char* how : {"/dev/stdin", "-"}) {
    const Outcome o = run_command(
        "{ cat d.csv | timeout 20 '" THALWEG_COMMAND "' fit " + std::string(how) + fit + "; }", folder.path());
    CHECK_MESSAGE(o.code == 0, how << ": " << o.err);
  }
}

TEST_CASE("attack: a signal removes the temporary files and ends the command as usual") {
  std::string csv = "x,y\n";
  for (int k = 0; k < 6000; ++k)
    for (int i = 0; i < 16; ++i) csv += std::to_string(50 + 5 * i) + "," + std::to_string(34780 - 2000 * i) + "\n";
  for (const int signal : {SIGTERM, SIGHUP}) {
    const Folder folder;
    const std::string data = folder.write("d.csv", csv);
    const std::string report = (folder.path() / "report.json").string();
    const pid_t child = start({"thalweg", "fit", data, "--model", "y = b1*exp(b2/(x+b3))", "--start",
                               "b1=2,b2=400000,b3=25000", "--quiet", "--json", report, "--starts", "1000000"});
    int status = 0;
    while (folder.count() < 2 && waitpid(child, &status, WNOHANG) == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(kill(child, signal) == 0);  // it has hours to go
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK(folder.count() == 1);
  }
}

TEST_CASE("attack: a limit on file sizes is an error with a sentence, and leaves nothing behind") {
  const Folder folder;
  folder.write("f.toml", line);
  const Outcome o =
      run_command("ulimit -f 1; '" THALWEG_COMMAND "' solve f.toml --quiet --report page.html", folder.path());
  CHECK(o.code == 2);
  CHECK_MESSAGE(contains(o.err, "cannot be written: File too large"), o.err);
  CHECK(folder.count() == 1);
}

TEST_CASE("attack: no BLAS is loaded for a curve fit") {
  const Folder folder;
  folder.write("f.toml", line);
  const Outcome o = run_command("LD_DEBUG=libs '" THALWEG_COMMAND "' solve f.toml", folder.path());
  CHECK(o.code == 0);
  CHECK(!contains(o.err, "openblas"));
  CHECK(!contains(o.err, "cholmod"));
}

TEST_CASE("attack: messages quote a line of a long formula") {
  std::string formula = "y = ";
  for (int i = 0; i < 10000; ++i) formula += "a*x + ";
  const std::vector<std::string> endings = {"q*x", "(", "sin(x", "1 1", "foo(x)", "(x < 1)"};
  for (const std::string& ending : endings) {
    const Folder folder;
    folder.write("f.toml", "[model]\nequation = \"" + formula + ending + "\"\n[parameters]\na = 1\n[data]\n" +
                               "columns = [\"x\", \"y\"]\nrows = [[1, 2], [2, 3]]\n");
    folder.write("d.csv", "x,y\n1,2\n2,3\n");
    folder.write("model", formula + ending);
    for (const std::string& call :
         {std::string("solve f.toml"), std::string("fit d.csv --start a=1 --model \"$(cat model)\"")})
      if (const Outcome o = run(call, folder.path()); o.code > 1)
        CHECK_MESSAGE(o.err.size() < 2000, ending << ": " << o.err.size());
  }
}

TEST_CASE("attack: characters that are not seen are escaped") {
  const Folder folder;
  folder.write("f.toml", "title = \"safe \u202Egnp.exe \u200B\"\n" + std::string(line));
  const Outcome o = run("solve f.toml", folder.path());
  CHECK(o.code == 0);
  CHECK(!contains(o.out, "\u202E"));
  CHECK(contains(o.out, "\\u202e"));
  const Outcome missing = run("solve 'a\u202Eb.toml'", folder.path());
  CHECK(missing.code == 3);
  CHECK(!contains(missing.err, "\u202E"));
}

TEST_CASE("attack: a problem without free parameters is solved at its start") {
  const Folder folder;
  const Outcome graph =
      run("solve " THALWEG_SOURCE_DIR "/tests/field/graphs/all_fixed.g2o --output o.g2o", folder.path());
  CHECK(graph.code == 3);
  CHECK(contains(graph.err, "all_fixed.g2o:6: every vertex is fixed; expected at least one that moves"));
  std::string fixed = line;
  fixed.replace(fixed.find("a = 0\nb = 1"), 11,
                "a = { start = 1, fixed = true }\nb = { start = 1.6, lower = 1.6, upper = 1.6 }");
  folder.write("f.toml", fixed);
  for (const char* options : {"", " --starts 3", " --method newton", " --report p.html --json j.json --trace t.csv"}) {
    const Outcome curve = run(std::string("solve f.toml") + options, folder.path());
    CHECK_MESSAGE(curve.code == 0, options << ": " << curve.err);
    CHECK_MESSAGE(contains(curve.out, "every parameter is fixed"), options << ": " << curve.out);
  }
}

TEST_CASE("attack: a NaN in a formula is found at the start, whatever the order") {
  const Folder folder;
  const Outcome o = run("solve " + attack + "min-nan.toml", folder.path());
  CHECK(o.code == 4);
  CHECK_MESSAGE(contains(o.err, "'sqrt(b)' is nan"), o.err);
  for (const char* method : {"lm", "newton", "ncg", "bfgs", "dogleg"}) {
    const Outcome min =
        run("solve " + attack + "converged-own-cost-not-finite-newton-5286.toml --method " + method, folder.path());
    CHECK_MESSAGE(min.code == 4, method << ": " << min.out);
  }
}

TEST_CASE("attack: malformed TOML with letters of other alphabets is refused at its place") {
  const Folder folder;
  const Outcome shortest = run("solve " + attack + "toml-ub-min.toml", folder.path());
  CHECK(shortest.code == 3);
  CHECK_MESSAGE(contains(shortest.err, "toml-ub-min.toml:1:2: "), shortest.err);
  const Outcome longer = run("solve " + attack + "toml-unreachable-plusminus.toml", folder.path());
  CHECK(longer.code == 3);
  CHECK_MESSAGE(contains(longer.err, "toml-unreachable-plusminus.toml:13:6: "), longer.err);
}
