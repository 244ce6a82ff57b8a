// Every mistake gets one clear message on standard error, the right exit code, and no output.
#include <doctest/doctest.h>

#include <string>

#include "run.hpp"

using command_test::Folder;
using command_test::Outcome;
using command_test::run;

namespace {

constexpr const char* line = R"(title = "A line"

[model]
y = "a + b * x"

[parameters]
a = { start = 0 }
b = { start = 1, lower = 0, upper = 10 }

[data]
columns = ["x", "y"]
rows = [[0, 1], [1, 3], [2, 4], [3, 6]]
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = line;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The message of a run that must fail with this code, without its last line break.
std::string failure(int code, const std::string& arguments, const Folder& folder) {
  const std::size_t before = folder.count();
  Outcome o = run(arguments, folder.path());
  CHECK(o.code == code);
  CHECK(o.out.empty());
  CHECK(folder.count() == before);
  REQUIRE(o.err.ends_with("\n"));
  o.err.pop_back();
  return o.err;
}

std::string of_file(const std::string& text) {
  const Folder folder;
  folder.write("f.toml", text);
  return failure(3, "solve f.toml --output o.toml --trace t.csv", folder);
}

/// Of a fit of the table; `code` 2 for what the command line says, 3 for what the table does.
std::string of_fit(int code, const std::string& csv, const std::string& arguments) {
  const Folder folder;
  folder.write("d.csv", csv);
  return failure(code, "fit d.csv " + arguments, folder);
}

std::string of_usage(const std::string& arguments) {
  const Folder folder;
  folder.write("f.toml", line);
  return failure(2, arguments, folder);
}

const std::string table = "x,y\n0,1\n1,3\n2,4\n";
const std::string model = "--model 'y = a*x' --start a=1 ";

}  // namespace

TEST_CASE("files that are no problem at all") {
  const Folder folder;
  CHECK(failure(3, "solve missing.toml", folder) ==
        "missing.toml: cannot be opened: No such file or directory; expected a problem file");
  CHECK(failure(3, "solve misra1a", folder) ==
        "misra1a: cannot be opened: No such file or directory; expected a problem file, such "
        "as " THALWEG_SOURCE_DIR "/problems/nist/misra1a.toml");
  CHECK(failure(3, "solve .", folder) == ".: is a directory; expected a problem file");
  CHECK(of_file("") == "f.toml: is empty; expected a problem file");
  CHECK(of_file(std::string("\x7f"
                            "ELF\0\1",
                            6)) == "f.toml:1:5: is not text: byte 0x00; expected a problem file in UTF-8");
  folder.write("f.yaml", line);
  CHECK(failure(3, "solve f.yaml", folder) ==
        "f.yaml: has the unknown extension '.yaml'; expected .toml (Thalweg) or .dat (NIST)");
  folder.write("f.txt", line);
  CHECK(failure(3, "solve f.txt", folder) ==
        "f.txt:1:1: the first word is not a number of cameras; expected a bundle adjustment file: cameras, points, "
        "observations, then their numbers");
  folder.write("f.csv", table);
  CHECK(failure(3, "solve f.csv", folder) ==
        "f.csv: is a table without a formula; expected a .toml file that names it, or a formula "
        "beside it (thalweg fit)");
}

TEST_CASE("mistakes in a problem file") {
  CHECK(of_file(with("title", "titel")) ==
        "f.toml:1:1: unknown key 'titel' (did you mean 'title'?) at the top level; expected title, "
        "source, define, model, parameters, derived, constraints, ode, data, fit or certified");
  CHECK(of_file(with("b * x", "expo(b * x)")) == "f.toml:4:10: unknown function 'expo'; expected 'exp'");
  CHECK(of_file(with("b * x", "exp(b * x")) == "f.toml:4:13: '(' is never closed; expected ')'");
  CHECK(of_file(with("start = 0", "lower = 0")) == "f.toml:7:1: parameter 'a' has no start; expected start = a number");
  CHECK(of_file(with("start = 1", "start = 11")) ==
        "f.toml:8:1: parameter 'b' starts at 11, outside its bounds; expected a start from 0 to 10");
  CHECK(of_file(with("b * x", "b * z")) == "f.toml:4:14: unknown column or parameter 'z'; expected a, b, x or y");
  CHECK(of_file(with("b = {", "a = {")) == "f.toml:8:1: two parameters are named 'a'; expected distinct names");
}

TEST_CASE("mistakes in the data of a problem file") {
  CHECK(of_file(with("[1, 3]", "[1, 3, 5]")) ==
        "f.toml:12:17: row 2 has 3 numbers but there are 2 columns; expected x and y");
  CHECK(of_file(with("[1, 3]", "[1, 'three']")) == "f.toml:12:21: row 2, column 'y' is text; expected a number");
  CHECK(of_file(with("[1, 3]", "[1, nan]")) ==
        "f.toml:12:21: row 2, column 'y' is nan; expected a finite number, or missing = \"skip\" in [data]");
  CHECK(of_file(with("[1, 3]", "[1, inf]")) == "f.toml:12:21: row 2, column 'y' is inf; expected a finite number");
  CHECK(of_file(with(", [1, 3], [2, 4], [3, 6]", "")) ==
        "f.toml:10:1: 2 parameters but only 1 row of data; expected at least as many rows as "
        "parameters to fit");
}

TEST_CASE("a formula that is not finite at the start names the row and the sub-expression") {
  const Folder folder;
  folder.write("f.toml", with("b * x", "b * log(x - 1)"));
  const Outcome o = run("solve f.toml --output o.toml", folder.path());
  CHECK(o.code == 4);
  CHECK(o.err == "f.toml: data, row 1: 'log(x - 1)' is nan at the start\n");
  CHECK(o.out.find("\nfailed at the start: ") != std::string::npos);
  CHECK(folder.count() == 1);  // there is no solution to write
  const Outcome json = run("solve f.toml --json -", folder.path());
  CHECK(json.code == 4);
  CHECK(json.out.find("\"status\": \"non_finite_start\"") != std::string::npos);
  CHECK(json.out.find("\"statistics\": null") != std::string::npos);
  for (const char* word : {"±", "R²", "AIC"}) CHECK(o.out.find(word) == std::string::npos);
}

TEST_CASE("mistakes in a table") {
  const std::string or_skip = ", or --missing skip, which leaves out such rows";
  CHECK(of_fit(3, "x,y\n1,2\n2,3,4\n", model) == "d.csv:3:5: row 2 has 3 cells but the header has 2; expected 2 cells");
  CHECK(of_fit(3, "x,y\n1,2\n2,two\n", model) ==
        "d.csv:3:3: row 2, column 'y' is not a number: 'two'; expected a number");
  CHECK(of_fit(3, "x,y\n1,2\n2,nan\n", model) ==
        "d.csv:3:3: row 2, column 'y' is missing: 'nan'; expected a number" + or_skip);
  CHECK(of_fit(3, "x,y\n1,2\n2,inf\n", model) ==
        "d.csv:3:3: row 2, column 'y' is missing: 'inf'; expected a number" + or_skip);
  CHECK(of_fit(3, "x,y\n1,2\n", "--model 'y = a*x + b' --start a=1,b=1") ==
        "d.csv: 2 parameters but only 1 row of data; expected at least as many rows as parameters "
        "to fit");
  CHECK(of_fit(3, table, model + "--sigma x") ==
        "d.csv:2:1: row 1, column 'x' is 0; expected a positive standard deviation");
  const Folder folder;
  CHECK(failure(3, "fit d.csv " + model, folder) ==
        "d.csv: cannot be opened: No such file or directory; expected a table of numbers");
}

TEST_CASE("mistakes in the formula of fit are shown where they are") {
  const std::string error = "thalweg: error: --model: ";
  CHECK(of_fit(2, table, "--model 'y = a*exp(-b*x' --start a=1,b=1") ==
        error + "column 10: '(' is never closed; expected ')'\n  y = a*exp(-b*x\n           ^");
  CHECK(of_fit(2, table, "--model 'y = a*expo(x)' --start a=1") ==
        error + "column 7: unknown function 'expo'; expected 'exp'\n  y = a*expo(x)\n        ^^^^");
  CHECK(of_fit(2, table, "--model 'y = a*x + b' --start a=1") ==
        error +
            "column 11: 'b' is neither a column of d.csv nor a parameter; expected x or y, or "
            "--start b=1\n  y = a*x + b\n            ^");
  CHECK(of_fit(2, table, "--model 'a*x' --start a=1") ==
        error + "column 1: no '='; expected response = model, such as y = a*x + b\n  a*x\n  ^^^");
}

TEST_CASE("mistakes in the other options of fit") {
  const std::string error = "thalweg: error: ";
  CHECK(of_fit(2, table, "--start a=1") == error + "fit needs a formula; expected --model \"y = a*exp(-b*x)\"");
  CHECK(of_fit(2, table, "--model 'y = a*x' --start a") ==
        error + "--start: 'a' is no assignment; expected name=number, such as a=1");
  CHECK(of_fit(2, table, model + "--start a=2") == error + "--start names 'a' twice");
  CHECK(of_fit(2, table, model + "--start q=2") ==
        error + "--start: 'q' is not used by the formula; expected one of its parameters (a)");
  CHECK(of_fit(2, table, model + "--start x=2") ==
        error + "--start: 'x' is a column of d.csv; expected another name for the parameter");
  CHECK(of_fit(2, table, "--model 'y = a*x' --start a=inf") == error + "--start: 'a' is inf; expected a finite number");
  CHECK(of_fit(2, table, "--model 'y = 2*x'") ==
        error + "the formula has no parameters; expected some, and --start a=1 for each");
  CHECK(of_fit(2, table, model + "--lower a=2") ==
        error + "--start: 'a' starts at 1, outside its bounds; expected a start from 2 to inf");
  CHECK(of_fit(2, table, model + "--lower a=2 --upper a=1") ==
        error + "'a' has lower 2 above upper 1; expected lower <= upper");
  CHECK(of_fit(2, table, model + "--fix b") == error + "--fix: there is no parameter 'b'; expected a");
  CHECK(of_fit(2, table, model + "--sigma z") == error + "--sigma: unknown column 'z'; expected x or y");
  CHECK(of_fit(2, table, model + "--noise known") ==
        error + "--noise known needs the standard deviations; expected --sigma, --weights or --covariance");
  CHECK(of_fit(2, table, model + "--noise loud") ==
        error + "--noise is 'loud'; expected known, estimated, estimated-per-data-set or poisson");
}

TEST_CASE("wrong usage") {
  const std::string error = "thalweg: error: ";
  CHECK(of_usage("") ==
        error + "no command; expected solve, fit, batch, linear, compare, check, list or generate (thalweg --help)");
  CHECK(of_usage("slove f.toml") ==
        error +
            "unknown command 'slove' (did you mean 'solve'?); expected solve, fit, batch, linear, "
            "compare, check, list or generate");
  CHECK(of_usage("--verbos") == error + "unknown option '--verbos'; expected one of thalweg --help");
  CHECK(of_usage("solve") == error + "solve needs a file; expected thalweg solve FILE");
  CHECK(of_usage("fit") == error + "fit needs a file; expected thalweg fit DATA.csv --model \"y = ...\"");
  CHECK(of_usage("solve f.toml g.toml") == error + "'g.toml' is one argument too many for thalweg solve");
  CHECK(of_usage("solve f.toml --methd lm") ==
        error +
            "unknown option '--methd' (did you mean '--method'?); expected one of thalweg solve "
            "--help");
  CHECK(of_usage("solve f.toml --loss hubr:1").starts_with(error + "unknown loss 'hubr'; expected one of trivial, "));
  CHECK(of_usage("solve f.toml --loss huber:0") ==
        error + "loss huber has the scale 0; expected a number from 1e-150 to 1e150");
  CHECK(of_usage("solve " THALWEG_SOURCE_DIR "/problems/curves/decay.toml --loss huber:1 --graduated") ==
        error +
            "graduated non-convexity without a loss that needs it; expected one that is not convex, such as "
            "geman-mcclure, welsch, tukey or cauchy");
  CHECK(of_usage("solve f.toml --method") == error + "--method needs a value");
  CHECK(of_usage("list") ==
        error + "list needs to know what; expected methods, models, losses, linear-solvers, formats or problems");
  CHECK(of_usage("list lossy") ==
        error + "unknown list 'lossy'; expected methods, models, losses, linear-solvers, formats or problems");
}

TEST_CASE("nothing is dropped silently, wherever it stands") {
  const std::string error = "thalweg: error: ";
  CHECK(of_usage("--start 2 solve f.toml") ==
        error + "'--start' stands before 'solve'; expected thalweg solve first, then its options");
  CHECK(of_usage("--qwerty solve f.toml") == error + "unknown option '--qwerty'; expected one of thalweg solve --help");
  CHECK(of_usage("f.toml solve") ==
        error + "'f.toml' stands before 'solve'; expected thalweg solve first, then its options");
  CHECK(of_usage("solve --verison") == error + "unknown option '--verison'; expected one of thalweg solve --help");
  CHECK(of_usage("fit --modle 'y = a*x'") ==
        error + "unknown option '--modle' (did you mean '--model'?); expected one of thalweg fit --help");
  CHECK(of_usage("solve ''") == error + "solve needs a file; expected thalweg solve FILE");
  CHECK(of_usage("solve --") == error + "solve needs a file; expected thalweg solve FILE");
  CHECK(of_usage("solve f.toml --quiet --verbose") == error + "--quiet and --verbose; expected one of them");
  CHECK(of_usage("solve --json= f.toml") == error + "--json needs a value");
  CHECK(of_usage("solve f.toml --quiet=banana") == error + "--quiet takes no value");
}

TEST_CASE("values that options do not take") {
  const std::string error = "thalweg: error: ";
  CHECK(of_usage("solve f.toml --method adamm") ==
        error +
            "unknown method 'adamm'; expected one of levenberg-marquardt, levenberg, gauss-newton, dogleg, "
            "subspace-dogleg, newton, newton-cg, bfgs, lbfgs, nonlinear-cg, gradient-descent, sgd, momentum, nesterov, "
            "nesterov-shifted, adagrad, adadelta, rmsprop, rmsprop-momentum, rmsprop-nesterov, adam, "
            "adam-uncorrected, adamw, adamax, nadam, amsgrad, proximal-gradient, fista, proxprop, "
            "differential-evolution, genetic, cma-es");
  CHECK(of_usage("solve f.toml --linear-solver lu") ==
        error +
            "unknown linear solver 'lu'; expected one of auto, dense-qr, dense-cholesky, sparse-cholesky, "
            "dense-schur, sparse-schur, iterative-schur, implicit-schur, conjugate-gradient, cholmod, lsqr, lsmr, "
            "minres");
  CHECK(of_usage("solve f.toml --damping x") ==
        error + "unknown damping 'x'; expected one of nielsen, marquardt, radius");
  CHECK(of_usage("solve f.toml --function-tolerance -1") ==
        error + "--function-tolerance is '-1'; expected a number >= 0");
  CHECK(of_usage("solve f.toml --gradient-tolerance nan") ==
        error + "--gradient-tolerance is 'nan'; expected a number >= 0");
  CHECK(of_usage("solve f.toml --step-tolerance 1e-6x") ==
        error + "--step-tolerance is '1e-6x'; expected a number >= 0");
  CHECK(of_usage("solve f.toml --time-limit=-2") == error + "--time-limit is '-2'; expected seconds >= 0");
  CHECK(of_usage("solve f.toml --max-iterations 1.5") ==
        error + "--max-iterations is '1.5'; expected a whole number >= 0");
  CHECK(of_usage("solve f.toml --threads -1") == error + "--threads is '-1'; expected a whole number >= 0");
  CHECK(of_usage("solve f.toml --start 0") == error + "--start is '0'; expected a whole number >= 1");
  CHECK(of_usage("solve f.toml --start 2") == error + "start 2 of 'f.toml' does not exist; expected 1 to 1");
  CHECK(of_usage("solve f.toml --acceleration --no-acceleration") ==
        error + "--acceleration and --no-acceleration; expected one of them");
}

TEST_CASE("no output takes the place of the input or of another output") {
  const std::string error = "thalweg: error: ";
  CHECK(of_usage("solve f.toml --output f.toml") ==
        error + "--output 'f.toml' is the file of the input; expected another file");
  CHECK(of_usage("solve f.toml --json ./f.toml") ==
        error + "--json './f.toml' is the file of the input; expected another file");
  CHECK(of_usage("solve f.toml --json r --trace ./r") ==
        error + "--trace './r' is the file of --json; expected another file");
  CHECK(of_usage("solve f.toml --output ''") == error + "--output is ''; expected the path of a file");
  CHECK(of_usage("solve f.toml --trace -") ==
        error + "--trace is '-'; expected the path of a file (only --json writes to standard output)");
  const Folder folder;
  folder.write("f.toml", line);
  command_test::files::create_symlink("f.toml", folder.path() / "link");
  command_test::files::create_hard_link(folder.path() / "f.toml", folder.path() / "hard");
  CHECK(failure(2, "solve f.toml --json link", folder) ==
        error + "--json 'link' is the file of the input; expected another file");
  CHECK(failure(2, "solve f.toml --trace hard", folder) ==
        error + "--trace 'hard' is the file of the input; expected another file");
  CHECK(command_test::read(folder.path() / "f.toml") == line);
}

TEST_CASE("outputs that cannot be written are known before the solve") {
  const std::string error = "thalweg: error: ";
  CHECK(of_usage("solve f.toml --output none/o.toml") ==
        error + "--output 'none/o.toml' cannot be written: No such file or directory");
  CHECK(of_usage("solve f.toml --json .") == error + "--json '.' cannot be written: Is a directory");
  // Those opened before the one that fails leave nothing behind.
  CHECK(of_usage("solve f.toml --json r.json --trace none/t.csv") ==
        error + "--trace 'none/t.csv' cannot be written: No such file or directory");
  if (command_test::files::exists("/dev/full")) {
    CHECK(of_usage("solve f.toml --json /dev/full") ==
          error + "'/dev/full' cannot be written: No space left on device");
  }
}
