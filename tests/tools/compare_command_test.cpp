// thalweg compare, and first-order methods of solve, as a user runs them.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::read;
using command_test::run;
using nlohmann::json;

TEST_CASE("compare prints a row for each method and says the rule") {
  const Outcome o = run("compare catalogue:beale --methods lm,newton,bfgs,adam,sgd --from 2,-2 --from -3,3");
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  for (const char* name : {"levenberg-marquardt", "newton", "bfgs", "adam", "sgd"}) CHECK(contains(o.out, name));
  CHECK(contains(o.out, "levenberg-marquardt      1/2"));  // from (-3, 3) the valley leads away
  CHECK(contains(o.out, "1e-06"));
}

TEST_CASE("methods are named in any case") {
  const Outcome o = run("compare catalogue:beale --methods LM,Newton,L-BFGS,ADAM --from 2,-2");
  CHECK(o.code == 0);
  for (const char* name : {"levenberg-marquardt", "newton", "lbfgs", "adam"}) CHECK(contains(o.out, name));
  CHECK(run("solve catalogue:beale --method BFGS").code == 0);
}

TEST_CASE("compare writes JSON, CSV and a page") {
  const Folder folder;
  const std::string csv = (folder.path() / "runs.csv").string(), page = (folder.path() / "page.html").string();
  const Outcome o = run("compare catalogue:rosenbrock --methods lm,bfgs,momentum --rate 1e-3 --json - --csv " + csv +
                        " --report " + page);
  REQUIRE(o.code == 0);
  const json document = json::parse(o.out);
  CHECK(document.dump().find("levenberg-marquardt") != std::string::npos);
  const std::string rows = read(csv);
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 4);  // a heading and three runs
  const std::string html = read(page);
  CHECK(html.starts_with("<!DOCTYPE html>"));
  CHECK(contains(html, "thalweg compare catalogue:rosenbrock --methods lm,bfgs,momentum"));
}

TEST_CASE("compare takes folders, and tells what a method could not do") {
  const Folder folder;
  folder.write("a.toml",
               "[model]\ny = \"a * x\"\n[parameters]\na = 1\n[data]\ncolumns = [\"x\", \"y\"]\n"
               "rows = [[1, 2.1], [2, 3.9], [3, 6.2]]\n");
  folder.write("b.toml",
               "[model]\ny = \"exp(-b * x)\"\n[parameters]\nb = { start = [1, 2] }\n[data]\n"
               "columns = [\"x\", \"y\"]\nrows = [[1, 0.6], [2, 0.35], [3, 0.21]]\n");
  const Outcome o = run("compare '" + folder.path().string() + "' --methods lm,newton --verbose");
  CHECK(o.code == 0);
  CHECK(contains(o.out, "2 problems"));
  const Outcome objective = run("compare catalogue:easom --methods lm,newton --from 3,3");
  CHECK(objective.code == 0);
  CHECK(contains(objective.out, "levenberg-marquardt: needs residuals"));
}

TEST_CASE("an option goes to the methods that it means something to") {
  const Outcome o = run("compare catalogue:beale --from 1,1 --methods lm,lbfgs,newton --memory 3 --damping marquardt");
  CHECK(o.code == 0);
  CHECK(o.err.empty());
}

TEST_CASE("compare tunes rates, and says what that cost") {
  const Outcome plain = run("compare catalogue:booth --methods sgd,adam --evaluations 500 --json -");
  const Outcome tuned = run("compare catalogue:booth --methods sgd,adam --evaluations 500 --tune --json -");
  REQUIRE(tuned.code == 0);
  CHECK(plain.code == 1);  // nobody came there
  CHECK(contains(tuned.out, "\"tuning\""));
  CHECK(contains(run("compare catalogue:booth --methods sgd --evaluations 500 --tune").out, "rate"));
}

TEST_CASE("compare refuses what it cannot understand") {
  const auto refused = [](const std::string& arguments, int code, const std::string& message) {
    const Outcome o = run(arguments);
    CAPTURE(arguments);
    CHECK(o.code == code);
    CHECK(o.out.empty());
    CHECK(contains(o.err, message));
  };
  refused("compare catalogue:beale --methods lm,adamm", 2, "thalweg: error: unknown method 'adamm'");
  refused("compare catalogue:beale --methods ,", 2,
          "thalweg: error: --methods is ','; expected names, such as lm,adam");
  refused("compare", 2, "thalweg: error: compare needs a file; expected thalweg compare FILE");
  refused("compare catalogue:bealle", 3, "catalogue:bealle: no such problem; did you mean catalogue:beale?");
  refused("compare catalogue:beale --from 1,2,3", 2,
          "thalweg: error: --from has 3 numbers; expected 2, the parameters of catalogue:beale");
  refused("compare catalogue:beale --from 1,x", 2,
          "thalweg: error: --from: 'x' is no number; expected numbers such as 2,-2");
  refused("compare catalogue:beale --start 9", 2,
          "thalweg: error: start 9 of 'catalogue:beale' does not exist; expected 1 to 1");
  refused("compare catalogue:beale --start 1 --from 1,1", 2,
          "thalweg: error: --start and --from; expected one of them");
  refused("compare catalogue:beale --tune --rate 1", 2, "thalweg: error: --tune and --rate; expected one of them");
  refused("compare catalogue:beale --distance 2", 2,
          "thalweg: error: distance is 2; expected a number between 0 and 1");
  refused("compare catalogue:beale --rate 0", 2, "thalweg: error: --rate is '0'; expected a number > 0");
  const Folder folder;
  refused("compare '" + folder.path().string() + "'", 3,
          "no problem file in this folder; expected files .toml or .dat");
}

TEST_CASE("solve takes first-order methods, with their rate, schedule and minibatches") {
  const Outcome o = run("solve problems/curves/decay.toml --method adam --rate 0.3 --schedule cosine:3000 --json -");
  const json document = json::parse(o.out);
  CHECK(document["method"] == "adam");
  CHECK(document["learning_rate"] == 0.3);
  CHECK(document["schedule"] == "cosine:3000");
  const json reference = json::parse(run("solve problems/curves/decay.toml --json -").out);
  CHECK(document["final_cost"].get<double>() < 1.05 * reference["final_cost"].get<double>());

  const std::string batches =
      "solve problems/curves/decay.toml --method sgd --batch-size 3 --epochs 5 --rate 1e-3 --json -";
  json once = json::parse(run(batches + " --threads 1").out), twice = json::parse(run(batches + " --threads 2").out);
  CHECK(once["epochs"] == 5);
  CHECK(once["status"] == "iteration_limit");
  CHECK(once["parameters"] == twice["parameters"]);
  CHECK(once["iterations"].get<int>() > 5);
}

TEST_CASE("a diverging learning rate is stopped with a hint") {
  const Outcome o = run("solve catalogue:rosenbrock --method sgd --rate 1");
  CHECK(o.code == 4);
  CHECK(contains(o.err, "diverged"));
  CHECK(contains(o.err, "rate"));
}

TEST_CASE("options of the wrong kind of method are refused") {
  const auto refused = [](const std::string& arguments, const std::string& message) {
    const Outcome o = run("solve problems/curves/decay.toml " + arguments);
    CAPTURE(arguments);
    CHECK(o.code == 2);
    CHECK(contains(o.err, message));
  };
  refused("--method adam --damping radius", "--damping means nothing to adam, a first-order method");
  refused("--method adam --initial-damping 1", "--initial-damping means nothing to adam, a first-order method");
  refused("--method bfgs --initial-damping 1",
          "initial damping 1 does not go with bfgs; expected levenberg or levenberg-marquardt");
  refused("--initial-damping -1", "--initial-damping is '-1'; expected a number >= 0");
  refused("--method adam --starts 3", "--starts does not go with adam; expected a second-order method");
  refused("--method lm --rate 0.1", "--rate is of first-order methods, and levenberg-marquardt is none");
  refused("--method bfgs --batch-size 4", "bfgs needs the whole gradient");
  refused("--method sgd --batch-size 0", "--batch-size is '0'; expected a whole number >= 1");
  refused("--method sgd --batch-size 10000", "batch_size is 10000; expected 1 to ");
  refused("--method sgd --schedule cosin:3", "schedule 'cosin:3': 'cosin' is unknown; expected constant, ");
  refused("--method adam --constants beta3=1", "--constants: there is no 'beta3'");
}
