// What a study draws and writes of a fit of differential equations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

#include "studies/curve/fit_picture.hpp"

using namespace thalweg;

namespace {

FitPicture picture_of(const CurveFit& fit) {
  const CurveProblem built = build_problem(fit);
  const Result result = solve(built.problem);
  REQUIRE(result.converged());
  return studies::fit_picture(fit, built, result.x, statistics(built.problem, result));
}

}  // namespace

TEST_CASE("the picture of a solution is that of its closed form") {
  if (!ode_available()) return;
  CurveFit fit = read_curve_fit(THALWEG_SOURCE_DIR "/problems/ode/theophylline.toml");
  const FitPicture solved = picture_of(fit);
  fit.ode.reset();
  fit.data[0].equation = "conc = 4.02 * ka / (V * (ka - ke)) * (exp(-ke * t) - exp(-ka * t))";
  const FitPicture closed = picture_of(fit);
  REQUIRE(solved.panels.size() == 1);
  const FitPanel &a = solved.panels[0], &b = closed.panels[0];
  CHECK(a.input == "t");
  CHECK(a.grid.front() == 0.0);  // a solution has no values before its start
  REQUIRE(a.grid.size() == b.grid.size());
  REQUIRE(a.lower.size() == a.grid.size());
  for (std::size_t i = 0; i < a.grid.size(); ++i) {
    if (b.grid[i] < 0.0) continue;
    CHECK(a.curve[i] == doctest::Approx(b.curve[i]).epsilon(1e-6));
    CHECK(a.lower[i] == doctest::Approx(b.lower[i]).epsilon(1e-6));
    CHECK(a.upper[i] == doctest::Approx(b.upper[i]).epsilon(1e-6));
  }
}

TEST_CASE("standard errors of a solution are those of its closed form") {
  if (!ode_available()) return;
  const CurveFit fit = read_curve_fit(THALWEG_SOURCE_DIR "/problems/ode/theophylline.toml");
  const CurveProblem built = build_problem(fit);
  const FitStatistics s = statistics(built.problem, solve(built.problem));
  for (std::size_t j = 0; j < fit.parameters.size(); ++j)
    CHECK(s.parameters[j].standard_error == doctest::Approx(fit.parameters[j].certified->error).epsilon(1e-5));
}
