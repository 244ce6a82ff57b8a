// thalweg solve and fit with --global.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

/// Rows of y = 2 cos(9 t + 0.3).
std::string wave() {
  std::string csv = "t,y\n";
  for (int i = 0; i < 40; ++i) {
    const double t = 0.1 * i;
    csv += std::to_string(t) + "," + std::to_string(2.0 * std::cos(9.0 * t + 0.3)) + "\n";
  }
  return csv;
}

const std::string model = "fit wave.csv --model \"y = a*cos(w*t + b)\" --start a=1,b=1,w=25 --lower a=-10,b=-2,w=0 ";

}  // namespace

TEST_CASE("--global searches the box of a fit, in text and in JSON") {
  const Folder folder;
  folder.write("wave.csv", wave());
  for (const std::string method : {"differential-evolution", "genetic", "cma-es"}) {
    CAPTURE(method);
    const std::string options = model + "--upper a=10,b=2,w=30 --seed 3 --global " + method;
    const Outcome text = run(options, folder.path());
    CHECK(text.code == 0);
    CHECK(contains(text.out, method + " searched the box: "));
    const Outcome o = run(options + " --json -", folder.path());
    REQUIRE(o.code == 0);
    const json j = json::parse(o.out);
    CHECK(j["parameters"][2]["value"].get<double>() == doctest::Approx(9.0).epsilon(1e-5));
    CHECK(j["global"]["method"] == method);
    CHECK(j["global"]["seed"] == 3);
    CHECK(j["global"]["evaluations"].get<int>() > 100);
    CHECK(j["global"]["best_before_polish"].get<double>() >= j["final_cost"].get<double>());
    const json& counts = j["evaluations"];
    CHECK(j["global"]["evaluations"].get<int>() ==
          counts["cost"].get<int>() + counts["jacobian"].get<int>() + counts["hessian"].get<int>());
  }
}

TEST_CASE("--global of the catalogue takes the domain of the literature") {
  const Outcome o = run("solve catalogue:easom --global differential-evolution --json -");
  REQUIRE(o.code == 0);
  CHECK(json::parse(o.out)["known_minimum"]["reached"] == "global");
}

TEST_CASE("compare runs the three beside the others") {
  const Folder folder;
  folder.write("wave.csv", wave());
  const Outcome o = run("compare catalogue:himmelblau --methods lm,global --json -", folder.path());
  REQUIRE(o.code == 0);
  const json methods = json::parse(o.out)["problems"][0]["methods"];
  REQUIRE(methods.size() == 4);
  CHECK(methods[1]["name"] == "differential-evolution");
  for (const json& method : methods)
    for (const json& each : method["runs"]) CHECK(each["reached"] == true);
  const Outcome unbounded = run("compare catalogue:meyer --methods lm,genetic", folder.path());
  CHECK(contains(unbounded.out + unbounded.err, "global search needs a box"));
}

TEST_CASE("what --global refuses") {
  const Folder folder;
  folder.write("wave.csv", wave());
  const auto refused = [&](const std::string& arguments, const std::string& words) {
    CAPTURE(arguments);
    const Outcome o = run(arguments, folder.path());
    CHECK(o.code == 2);
    CAPTURE(o.err);
    CHECK(contains(o.err, words));
  };
  refused(model + "--upper a=10,w=30 --global cma-es", "b has no upper bound");
  refused(model + "--global annealing", "expected one of differential-evolution, genetic, cma-es");
  refused("solve catalogue:himmelblau --global genetic --starts 5", "--global and --starts");
  refused("solve catalogue:himmelblau --global genetic --method adam", "--global does not go with adam");
  refused("solve catalogue:meyer --global genetic", "--global needs a box");
  refused("solve catalogue:beale --method genetic", "expected --global genetic");
}
