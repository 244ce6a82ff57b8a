// What the command prints, writes and returns when all is well.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <thalweg/models/curve_fit.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

/// The JSON without what may differ from run to run.
json without_times(const std::string& text) {
  json j = json::parse(text);
  j.erase("seconds");
  j.erase("threads");
  for (json& record : j["trace"]) record.erase("seconds");
  return j;
}

const std::string line_csv = "x,y,s\n0,1,0.5\n1,3,0.5\n2,4,0.5\n3,6,0.5\n";

}  // namespace

TEST_CASE("solve prints a report and returns 0") {
  const Outcome o = run("solve problems/nist/misra1a.toml");
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  CHECK(
      o.out.starts_with("Misra1a: dental research, monomolecular adsorption\n"
                        "problems/nist/misra1a.toml: 14 residuals, 2 parameters\n\nconverged after "));
  CHECK(contains(o.out, "\n  b1             238.94  ± 2.7              1.1 %  [233.0, 244.8]\n"));
  CHECK(contains(o.out, "  certified values  "));
  CHECK(contains(o.out, "  agree to 11.0 digits"));
}

namespace {

/// Solves both starts of each problem in the folder by the command; returns how many there were.
int solve_all_of_nist(const std::string& folder) {
  int starts = 0;
  for (const auto& entry : command_test::files::directory_iterator(folder))
    for (const char* start : {"1", "2"}) {
      const std::string file = entry.path().string();
      CAPTURE(file);
      CAPTURE(start);
      const Outcome o = run("solve '" + file + "' --start " + start + " --json -");
      ++starts;
      CHECK(o.code == 0);
      CHECK(json::parse(o.out)["certified"]["digits"].get<double>() >= 10.0);
    }
  return starts;
}

}  // namespace

TEST_CASE("all 54 starts of NIST come out with 10 certified digits") {
  CHECK(solve_all_of_nist(THALWEG_SOURCE_DIR "/problems/nist") == 54);
}

TEST_CASE("all 54 starts of NIST's original files come out with 10 certified digits") {
  const std::string originals = THALWEG_SHARED_DATA "/nist";
  if (!command_test::files::exists(originals)) {
    MESSAGE("skipped: no original files in ", originals);
    return;
  }
  CHECK(solve_all_of_nist(originals) == 54);
}

TEST_CASE("every shipped curve converges") {
  for (const auto& entry : command_test::files::directory_iterator(THALWEG_SOURCE_DIR "/problems/curves")) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    const Outcome o = run("solve '" + entry.path().string() + "' --verbose");
    CHECK(o.code == 0);
    // Under constraints Newton steps, whose Hessian is factored.
    if (!contains(o.out, "constraints hold")) CHECK(contains(o.out, "linear solver  dense-qr"));
  }
}

TEST_CASE("the JSON is alone on standard output, or in a file beside the report") {
  const Folder folder;
  const Outcome alone = run("solve problems/nist/thurber.toml --json - --verbose");
  const json j = json::parse(alone.out);
  CHECK(j["problem"]["name"] == "thurber");
  CHECK(j["problem"]["kind"] == "curve fit");
  CHECK(j["problem"]["residuals"] == 37);
  CHECK(j["problem"]["parameter_blocks"] == 1);
  CHECK(j["parameters"].size() == 7);
  CHECK(j["status"] == "converged");
  CHECK(j["seconds"]["total"].get<double>() > 0.0);

  const std::string file = (folder.path() / "r.json").string();
  const Outcome both = run("solve problems/nist/thurber.toml --json " + file);
  CHECK(contains(both.out, "converged after "));
  CHECK(without_times(command_test::read(file)) == without_times(alone.out));
  const Outcome quiet = run("solve problems/nist/thurber.toml --quiet --json " + file);
  CHECK(quiet.out.empty());
  CHECK(folder.count() == 1);
}

TEST_CASE("one thread and two give the same bits") {
  // Long enough to be cut into many pieces of work.
  std::string csv = "x,y\n";
  for (int i = 0; i < 20000; ++i)
    csv +=
        std::to_string(i * 1e-3) + "," + std::to_string(3.0 * std::exp(-0.2e-3 * i) + 0.01 * std::sin(i * 1.7)) + "\n";
  const Folder folder;
  folder.write("d.csv", csv);
  const std::string arguments = "fit d.csv --model 'y = a*exp(-b*x) + c' --start a=1,b=1,c=0 --json - --threads ";
  const Outcome one = run(arguments + "1", folder.path()), two = run(arguments + "2", folder.path());
  CHECK(one.code == 0);
  CHECK(without_times(one.out) == without_times(two.out));
  CHECK(json::parse(two.out)["threads"] == 2);
  const std::string small = "solve problems/nist/gauss3.toml --json - --threads ";
  CHECK(without_times(run(small + "1").out) == without_times(run(small + "2").out));
}

TEST_CASE("fit takes a table and a formula") {
  const Folder folder;
  folder.write("d.csv", line_csv);
  const Outcome o =
      run("fit d.csv --model 'y = a + b*x' --start a=0 --start b=1 --sigma s --noise known --json -", folder.path());
  CHECK(o.code == 0);
  const json j = json::parse(o.out);
  CHECK(j["parameters"][1]["name"] == "b");
  CHECK(j["parameters"][1]["value"].get<double>() == doctest::Approx(1.6));
  CHECK(j["parameters"][1]["standard_error"].get<double>() == doctest::Approx(0.5 / std::sqrt(5.0)));
  CHECK(j["statistics"]["noise"] == "known");
  CHECK(j["statistics"]["r_squared"].get<double>() == doctest::Approx(1.0 - 0.2 / 13.0));

  const Outcome bounded =
      run("fit d.csv --model 'y = a + b*x + c' --start a=0,b=1,c=2 --upper b=1.5 --fix c --json -", folder.path());
  const json parameters = json::parse(bounded.out)["parameters"];
  CHECK(parameters[1]["at_bound"] == true);
  CHECK(parameters[1]["upper"] == 1.5);
  CHECK(parameters[1]["standard_error"].is_null());
  CHECK(parameters[1]["one_sided_error"].get<double>() > 0.0);
  CHECK(parameters[1]["interval"][1] == 1.5);
  CHECK(parameters[0]["one_sided_error"].is_null());
  CHECK(parameters[2]["fixed"] == true);
  CHECK(parameters[2]["value"] == 2.0);
}

TEST_CASE("what cannot be determined is named, the rest is given") {
  const Folder folder;
  folder.write("d.csv", line_csv);
  const Outcome o = run("fit d.csv --model 'y = a*b*x + c' --start a=1,b=1.6,c=0", folder.path());
  CHECK(o.code == 0);
  CHECK(contains(o.out, "The data cannot determine a and b separately"));
  CHECK(contains(o.out, "not determined\n"));
  CHECK(contains(o.out, "± 0.26"));
}

TEST_CASE("--trace and --output write whole files") {
  const Folder folder;
  folder.write("d.csv", line_csv);
  const Outcome o =
      run("fit d.csv --model 'y = exp(a) + b*x' --start a=1,b=1 --trace t.csv --output s.toml --quiet", folder.path());
  CHECK(o.code == 0);
  CHECK(o.out.empty());
  CHECK(o.err.empty());
  CHECK(folder.count() == 3);
  const std::string trace = command_test::read(folder.path() / "t.csv");
  CHECK(trace.starts_with("iteration,phase,cost,"));
  CHECK(std::count(trace.begin(), trace.end(), '\n') > 3);

  const thalweg::CurveFit solved = thalweg::read_curve_fit((folder.path() / "s.toml").string());
  CHECK(solved.title == "y = exp(a) + b*x");
  REQUIRE(solved.parameters.size() == 2);
  CHECK(std::exp(solved.parameters[0].starts[0]) == doctest::Approx(1.1));
  CHECK(run("solve s.toml --max-iterations 8", folder.path()).code == 0);
}

TEST_CASE("a file that is replaced keeps its mode, and a link stays a link") {
  namespace files = command_test::files;
  const Folder folder;
  folder.write("d.csv", line_csv);
  folder.write("old.json", "old");
  const auto mode = files::perms::owner_read | files::perms::owner_write | files::perms::group_read;
  files::permissions(folder.path() / "old.json", mode);
  files::create_symlink("old.json", folder.path() / "link");
  files::create_symlink("new.csv", folder.path() / "dangling");
  const Outcome o =
      run("fit d.csv --model 'y = a + b*x' --start a=0,b=1 --quiet --json link --trace dangling", folder.path());
  CHECK(o.code == 0);
  CHECK(files::is_symlink(folder.path() / "link"));
  CHECK(files::is_symlink(folder.path() / "dangling"));
  CHECK(files::status(folder.path() / "old.json").permissions() == mode);
  CHECK(json::parse(command_test::read(folder.path() / "old.json"))["status"] == "converged");
  CHECK(command_test::read(folder.path() / "new.csv").starts_with("iteration,"));
  CHECK(folder.count() == 5);
}

TEST_CASE("priors are counted, and what estimated noise makes of them is noted") {
  const Folder folder;
  folder.write("f.toml",
               "[model]\ny = 'a + b*x'\n[parameters]\na = { start = 0, prior = { mean = 1, sigma = 1 } }\nb = 1\n"
               "[data]\ncolumns = ['x', 'y']\nrows = [[0, 1], [1, 3], [2, 4], [3, 6]]\n");
  const Outcome o = run("solve f.toml", folder.path());
  CHECK(o.code == 0);
  CHECK(contains(o.out, "f.toml: 4 rows and 1 prior, 2 parameters\n"));
  CHECK(contains(o.out, "\nnote: the noise is estimated, so the standard deviations of the priors are scaled"));
  CHECK(json::parse(run("solve f.toml --json -", folder.path()).out)["problem"]["priors"] == 1);
}

TEST_CASE("writing a problem back loses nothing") {
  const Folder folder;
  for (const char* name : {"nist/nelson", "curves/gaussian_peak", "curves/shared_decay", "curves/outliers"}) {
    CAPTURE(name);
    const std::string path = std::string(THALWEG_SOURCE_DIR "/problems/") + name + ".toml";
    const std::string copy = (folder.path() / "copy.toml").string();
    CHECK(run("solve " + path + " --quiet --output " + copy).code == 0);
    const thalweg::CurveFit before = thalweg::read_curve_fit(path);
    const thalweg::CurveFit after = thalweg::read_curve_fit(copy);
    CHECK(after.title == before.title);
    CHECK(after.source == before.source);
    CHECK(after.noise == before.noise);
    CHECK(to_string(after.data[0].loss) == to_string(before.data[0].loss));
    REQUIRE(after.data.size() == before.data.size());
    for (std::size_t d = 0; d < after.data.size(); ++d) {
      CHECK(after.data[d].name == before.data[d].name);
      CHECK(after.data[d].equation == before.data[d].equation);
      CHECK(after.data[d].columns == before.data[d].columns);
      CHECK(after.data[d].values == before.data[d].values);
      CHECK(after.data[d].sigma == before.data[d].sigma);
    }
    REQUIRE(after.parameters.size() == before.parameters.size());
    for (std::size_t i = 0; i < after.parameters.size(); ++i) {
      const thalweg::FitParameter &a = after.parameters[i], &b = before.parameters[i];
      CHECK(a.name == b.name);
      CHECK(a.starts.size() == 1);
      CHECK(a.lower == b.lower);
      CHECK(a.unit == b.unit);
      CHECK(a.description == b.description);
      CHECK(a.certified.has_value() == b.certified.has_value());
      if (b.certified) CHECK(a.certified->error == b.certified->error);
    }
  }
}

TEST_CASE("a robust loss, from the file or the command line, and graduated non-convexity") {
  const auto solved = [](const std::string& options) {
    return json::parse(run("solve problems/curves/outliers.toml --json - " + options).out);
  };
  const json robust = solved("");
  CHECK(robust["status"] == "converged");
  CHECK(robust["loss"]["name"] == "geman-mcclure:0.4");
  CHECK(robust["loss"]["residuals"] == 40);
  CHECK(robust["loss"]["downweighted"] < 20);
  CHECK(robust["statistics"]["aic"].is_null());
  const auto rate = [](const json& j) { return j["parameters"][1]["value"].get<double>(); };
  CHECK(std::abs(rate(robust) - 0.35) < 0.04);
  CHECK(std::abs(rate(solved("--start 2")) - 0.35) > 0.5);
  const json graduated = solved("--start 2 --graduated");
  CHECK(std::abs(rate(graduated) - rate(robust)) < 1e-9);
  CHECK(graduated["trace"][0]["loss_scale"].is_null());
  CHECK(graduated["trace"].back()["loss_scale"] == 1.0);
  CHECK(solved("--loss trivial")["loss"].is_null());
  CHECK(solved("--loss trivial")["statistics"]["aic"].is_number());
  CHECK(solved("--loss 2*huber:0.3")["loss"]["name"] == "2*huber:0.3");
  const Outcome text = run("solve problems/curves/outliers.toml --start 2 --verbose");
  CHECK(contains(text.out, "  geman-mcclure:0.4: 24 of 40 residuals count less than half\n"));
  CHECK(contains(text.out,
                 "  that is most of them: another minimum may fit more; graduated non-convexity looks for it\n"));
  CHECK(contains(text.out, "the errors above come from the scatter of the weighted residuals"));
  CHECK(contains(text.out, "cost ½ Σ ρ  "));
  CHECK(contains(run("solve problems/curves/outliers.toml --graduated --verbose").out, "start, loss scale × inf\n"));
  // Priors are what is known, not what was measured: they keep their weight.
  const Folder folder;
  folder.write("f.toml",
               "[model]\ny = 'a + b*x'\n[parameters]\na = { start = 0, prior = { mean = 1, sigma = 1 } }\nb = 1\n"
               "[data]\ncolumns = ['x', 'y']\nrows = [[0, 1], [1, 3], [2, 4], [3, 6]]\n");
  CHECK(json::parse(run("solve f.toml --json - --loss huber:1", folder.path()).out)["loss"]["name"] ==
        "data: huber:1, priors: trivial");
}

TEST_CASE("options reach the solver") {
  const auto solved = [](const std::string& options) {
    return json::parse(run("solve problems/nist/misra1a.toml --json - " + options).out);
  };
  CHECK(solved("--method lm")["method"] == "levenberg-marquardt");
  CHECK(solved("--method gn")["method"] == "gauss-newton");
  CHECK(solved("--linear-solver dense-cholesky")["linear_solver"]["used"] == "dense-cholesky");
  CHECK(solved("--fast")["trace"].back()["phase"] == "descent");
  CHECK(solved("--fast --function-tolerance 1e-3")["iterations"] < solved("--fast")["iterations"]);
  CHECK(solved("--no-polish")["trace"].back()["phase"] == "descent");
  CHECK(solved("--no-acceleration")["evaluations"] != solved("")["evaluations"]);
  CHECK(solved("--start 2")["initial_cost"] != solved("")["initial_cost"]);
  CHECK(solved("--threads 1")["threads"] == 1);
  CHECK(solved("--initial-damping 0.5")["trace"][1]["damping"] == 0.5);
  for (const char* each : {"--damping marquardt", "--damping radius", "--scaling current",
                           "--method gauss-newton --globalization none", "--method newton", "--method dogleg",
                           "--detect-linear", "--no-variable-projection", "--restarts 0 --seed 7", "--time-limit 10"})
    CHECK(solved(each)["status"] == "converged");
}

TEST_CASE("--starts finds the minima, the same ones with any number of threads") {
  const std::string arguments = "solve problems/nist/lanczos3.toml --starts 12 --json - ";
  const json j = json::parse(run(arguments).out);
  const json& m = j["multistart"];
  CHECK(m["starts"] == 12);
  REQUIRE(m["minima"].size() > 1);
  CHECK(m["minima"][0]["cost"] == j["final_cost"]);
  CHECK(m["minima"][0]["parameters"][5] == j["parameters"][5]["value"]);
  CHECK(without_times(run(arguments + "--threads 1").out) == without_times(run(arguments + "--threads 2").out));
  CHECK(json::parse(run(arguments + "--seed 9").out)["multistart"] != m);
  CHECK(contains(run("solve problems/nist/lanczos3.toml --starts 12").out, "\nof 12 starts "));
  CHECK(run("solve problems/nist/lanczos3.toml --starts 0").err ==
        "thalweg: error: --starts is '0'; expected a whole number >= 1\n");
}

TEST_CASE("--intervals profile finds both ends of every interval of NIST's problems") {
  for (const auto& entry : command_test::files::directory_iterator(THALWEG_SOURCE_DIR "/problems/nist")) {
    CAPTURE(entry.path().string());
    const Outcome o = run("solve '" + entry.path().string() + "' --intervals profile --json -");
    CHECK(o.code == 0);
    const json j = json::parse(o.out);
    CHECK(j["profile"]["lower_point"].is_null());
    for (const json& p : j["parameters"]) {
      CHECK(p["interval_ends"] == json::parse(R"(["threshold", "threshold"])"));
      CHECK(p["interval"][0].get<double>() < p["value"].get<double>());
      CHECK(p["interval"][1].get<double>() > p["value"].get<double>());
    }
  }
  const Outcome text = run("solve problems/nist/misra1a.toml --intervals profile");
  CHECK(contains(text.out, "  95 % profile interval\n"));
  CHECK(run("solve problems/nist/misra1a.toml --intervals linear").out == run("solve problems/nist/misra1a.toml").out);
  CHECK(run("solve problems/nist/misra1a.toml --intervals exact").err ==
        "thalweg: error: --intervals is 'exact'; expected standard, linear, profile, bootstrap or posterior\n");
}

TEST_CASE("stopping without converging returns 1, and the best point is reported") {
  const Outcome o = run("solve problems/nist/misra1a.toml --max-iterations 3");
  CHECK(o.code == 1);
  CHECK(o.err.empty());
  CHECK(contains(o.out,
                 "\nstopped at a limit after 3 iterations, not converged: the limit of 3 iterations is reached\n"));
  CHECK(contains(o.out, "\nnote: the fit is worse than the mean of the data"));
  CHECK(contains(o.out, "\nWhat follows describes the best point found"));
  CHECK(run("solve problems/nist/misra1a.toml --time-limit 0 --quiet").code == 1);
}

TEST_CASE("list and --version") {
  const Outcome problems = run("list problems");
  CHECK(problems.code == 0);
  CHECK(contains(problems.out, "\nnist/misra1a               Misra1a: dental research"));
  CHECK(contains(problems.out, "curves/decay "));
  CHECK(run("list methods").out.starts_with("levenberg-marquardt (lm)  "));
  CHECK(contains(run("list linear-solvers").out, "\ndense-qr "));
  CHECK(contains(run("list losses").out, "\nhuber:SCALE          squares up to the scale"));
  CHECK(run("list formats").out.starts_with(".toml "));
  const Outcome version = run("--version");
  CHECK(version.code == 0);
  CHECK(version.out.starts_with("thalweg "));
  for (const char* line : {"\ncompiler ", "\ninstructions ", "\nlicence       MIT", "Eigen 3."})
    CHECK(contains(version.out, line));
  const bool with_cholmod = THALWEG_CHOLMOD != 0;
  CHECK(contains(version.out, ", CHOLMOD ") == with_cholmod);
  CHECK(contains(version.out, "supernodal module, loaded where it is used, is under the GPL") == with_cholmod);
  CHECK(contains(version.out, "nothing under the GPL is linked") == !with_cholmod);
  CHECK(contains(version.out, ", SUNDIALS ") == thalweg::ode_available());
}

TEST_CASE("help and version are commands too") {
  CHECK(run("help").out == run("--help").out);
  CHECK(run("help fit").out == run("fit --help").out);
  CHECK(run("version").out == run("--version").out);
  CHECK(run("--version solve x.toml").out == run("--version").out);
  CHECK(contains(run("help fit").out, "--start NAME=NUMBER,...  "));
  CHECK(run("solve -- problems/nist/misra1a.toml").code == 0);
}

TEST_CASE("the help of each verb shows an example") {
  for (const char* verb : {"", "solve ", "fit ", "check ", "list "}) {
    const Outcome o = run(std::string(verb) + "--help");
    CHECK(o.code == 0);
    CHECK(contains(o.out, std::string("\nExample: thalweg ") + (*verb ? verb : "solve")));
  }
}
