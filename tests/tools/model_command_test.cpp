// thalweg fit with built-in models: one command, no starts.
#include "run.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;

namespace {

const std::string peak = "fit problems/curves/gaussian_peak.csv --sigma sigma --model ";

double value_of(const nlohmann::json& fit, const std::string& name) {
  for (const auto& parameter : fit["parameters"])
    if (parameter["name"] == name) return parameter["value"].get<double>();
  FAIL("no parameter " << name);
  return 0.0;
}

nlohmann::json fitted(const std::string& arguments) {
  const Outcome o = run(arguments + " --json -");
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  return nlohmann::json::parse(o.out);
}

}  // namespace

TEST_CASE("peaks on a line, as lmfit 1.1 fits them") {
  // lmfit: (GaussianModel + LinearModel).fit(counts, params, x=energy, weights=1/sigma), repeated from its own result
  // with ftol = xtol = 1e-15; the same of LorentzianModel.
  const auto gaussian = fitted(peak + "'gaussian + linear'");
  CHECK(value_of(gaussian, "gaussian.amplitude") == doctest::Approx(193.413631505).epsilon(1e-7));
  CHECK(value_of(gaussian, "gaussian.center") == doctest::Approx(2.45164838069).epsilon(1e-8));
  CHECK(value_of(gaussian, "gaussian.sigma") == doctest::Approx(0.181205394766).epsilon(1e-7));
  CHECK(value_of(gaussian, "linear.slope") == doctest::Approx(-22.9602859853).epsilon(1e-6));
  CHECK(value_of(gaussian, "linear.intercept") == doctest::Approx(206.822857506).epsilon(1e-7));
  const auto lorentzian = fitted(peak + "'counts = lorentzian + linear(energy)'");
  CHECK(value_of(lorentzian, "lorentzian.amplitude") == doctest::Approx(261.71284511).epsilon(1e-7));
  CHECK(value_of(lorentzian, "lorentzian.center") == doctest::Approx(2.44853865088).epsilon(1e-8));
  CHECK(value_of(lorentzian, "lorentzian.sigma") == doctest::Approx(0.171837424919).epsilon(1e-7));
}

TEST_CASE("starts, bounds, fixed and tied parameters of models") {
  const auto fit = fitted(peak +
                          "'gaussian + linear' --start gaussian.center=2.4 --lower gaussian.center=2 "
                          "--start gaussian.sigma=0.2 --fix gaussian.sigma --tie 'linear.slope = -linear.intercept/9'");
  CHECK(value_of(fit, "gaussian.sigma") == 0.2);
  CHECK(value_of(fit, "gaussian.center") == doctest::Approx(2.45).epsilon(0.01));
  const Outcome text = run(peak + "'gaussian + linear'");
  CHECK(contains(text.out, "note: the input of the model is column 'energy'\n"));
  CHECK(contains(text.out, "note: the response is column 'counts'\n"));
  CHECK(contains(text.out, "note: the model in full: counts = (gaussian.amplitude/(gaussian.sigma*sqrt(2*pi))*exp("));
  CHECK(contains(text.out, "note: starts guessed from the data: gaussian.amplitude = "));
}

TEST_CASE("what is written is solved to the same point") {
  const Folder folder;
  const std::string file = (folder.path() / "solved.toml").string();
  const auto first = fitted(peak + "'gaussian + linear' --output '" + file + "'");
  const auto again = fitted("solve '" + file + "'");
  CHECK(value_of(again, "gaussian.center") == doctest::Approx(value_of(first, "gaussian.center")).epsilon(1e-10));
  CHECK(again["parameters"].size() == first["parameters"].size());
}

TEST_CASE("models are compared without starts") {
  const Outcome both = run(peak + "'gaussian + linear' --model 'lorentzian + linear' --start gaussian.center=2.4");
  CAPTURE(both.err);
  CHECK(both.code == 0);
  CHECK(contains(both.out, "lorentzian + linear"));
}

TEST_CASE("a name that is nearly a model's, and a table that tells nothing") {
  const Outcome misspelt = run(peak + "'gausian + linear'");
  CHECK(misspelt.code == 2);
  CHECK(misspelt.err ==
        "thalweg: error: --model: column 1: 'gausian' is neither a column of problems/curves/gaussian_peak.csv nor a "
        "parameter (did you mean 'gaussian'?); expected energy, counts or sigma, or --start gausian=1\n"
        "  gausian + linear\n  ^^^^^^^\n");
  const Folder folder;
  std::ofstream(folder.path() / "t.csv") << "x,y\n1,2\n1,3\n1,4\n";
  const Outcome flat = run("fit t.csv --model gaussian", folder.path());
  CHECK(flat.code == 3);
  CHECK(flat.err ==
        "t.csv: no start can be guessed for 'gaussian': 'x' is 1 in every row, the model has 3 parameters; expected "
        "more of them, or starts of its parameters (--start NAME=NUMBER)\n");
  const Outcome list = run("list models");
  CHECK(list.code == 0);
  CHECK(contains(list.out, "gaussian: Gaussian peak\n    amplitude/(sigma*sqrt(2*pi))*exp("));
}
