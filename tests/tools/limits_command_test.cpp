// --time-limit, memory and threads of the command.
#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tools/run.hpp"

using namespace command_test;

namespace {

/// As many rows as parameters, each of which every row reads: y = Σ pᵢ cos(i x).
std::string cosines(int n) {
  std::string model, parameters, rows;
  for (int i = 0; i < n; ++i) {
    const std::string k = std::to_string(i);
    model += (i > 0 ? "+p" : "p") + k + "*cos(" + k + "*x)";
    parameters += "p" + k + " = 1\n";
    rows += "[" + k + ", " + std::to_string(i % 7) + "],\n";
  }
  return "[model]\ny = \"" + model + "\"\n[parameters]\n" + parameters +
         "[data]\ncolumns = [\"x\", \"y\"]\nrows = [\n" + rows + "]\n";
}

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("--time-limit is kept inside the factorisation of 3,000 parameters, statistics included") {
  const Folder folder;
  const std::string file = folder.write("wide.toml", cosines(3000));
  Outcome outcome;
  const double seconds =
      seconds_of([&] { outcome = run("solve " + file + " --time-limit 1 --json-parameters --json -"); });
  CHECK(seconds < 8.0);  // without: minutes. The machine may be busy
  CHECK(outcome.code == 1);
  const auto j = nlohmann::json::parse(outcome.out);
  CHECK(j["status"] == "time_limit");
  CHECK(j["parameters"].size() == 3000);
  CHECK(contains(j["notes"].dump(), "the statistics are left out: the time limit is reached"));
}

TEST_CASE("--time-limit holds for check, too") {
  const Folder folder;
  const std::string file = folder.write("wide.toml", cosines(3000));
  Outcome outcome;
  const double seconds = seconds_of([&] { outcome = run("check " + file + " --time-limit 1"); });
  CHECK(seconds < 8.0);
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.err, "the time limit was reached before there was a result"));
}

TEST_CASE("a dense problem that does not fit in memory is refused with a sentence and exit code 4") {
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: the address sanitizer needs the address space that this test takes away");
#else
  const Folder folder;
  const std::string file = folder.write("wide.toml", cosines(3000));
  const Outcome outcome = run_command("ulimit -v 600000 && timeout 60 '" THALWEG_COMMAND "' solve " + file);
  CHECK(outcome.code == 4);
  CHECK(contains(outcome.err, "3000 residuals and 3000 parameters needs"));
  CHECK(contains(outcome.err, "are available; expected"));
#endif
}

TEST_CASE("whatever the memory, the command ends with a sentence and an exit code") {
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: the address sanitizer needs the address space that this test takes away");
#else
  for (const int kilobytes : {60000, 90000, 120000, 160000, 220000, 300000}) {
    CAPTURE(kilobytes);
    const Outcome outcome =
        run_command("ulimit -v " + std::to_string(kilobytes) +
                    " && timeout 60 '" THALWEG_COMMAND "' solve catalogue:beale --quiet; echo code $?");
    // 127: the dynamic loader has no room for the program itself.
    const bool known =
        contains(outcome.out, "code 0") || contains(outcome.out, "code 4") || contains(outcome.out, "code 127");
    CHECK(known);
  }
#endif
}

TEST_CASE("no more threads than the affinity mask allows, and one for a small problem") {
  const Folder folder;
  const std::string report = (folder.path() / "r.json").string();
  const Outcome outcome = run_command(
      "taskset -c 0 '" THALWEG_COMMAND "' solve problems/nist/misra1a.toml --quiet --threads 8 --json " + report);
  REQUIRE(outcome.code == 0);
  CHECK(nlohmann::json::parse(read(report))["threads"] == 1);
}
