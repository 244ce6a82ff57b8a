// Statistics of many groups of rows: the same numbers as from the whole Jacobian.
#include "inference/bordered.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/problem.hpp>

using namespace thalweg;

namespace {

constexpr int rows_of_group = 6;

struct Decays {
  Problem problem;
  Parameters<1> rate{0, 1, 1};
  Parameters<2> own{0, 2, 1};
};

/// y = a exp(-k t) + c, k shared, with a disturbance that no model explains.
Decays decays(int groups) {
  Decays d;
  d.rate = d.problem.add_parameters("rate", Vec<double, 1>(0.5));
  d.own = d.problem.add_parameters("group", Vec<double, 2>(1.0, 0.0), groups);
  std::vector<int> of;
  std::vector<double> t, y;
  for (int g = 0; g < groups; ++g)
    for (int i = 0; i < rows_of_group; ++i) {
      of.push_back(g);
      t.push_back(0.7 * i);
      y.push_back((2.0 + 0.01 * g) * std::exp(-0.4 * t.back()) + 0.1 * std::sin(1.0 * g) +
                  0.05 * std::sin(7.0 * i + 3.0 * g));
    }
  d.problem.add_residuals(
      "data",
      [](const auto& k, const auto& p, double at, double measured) { return p[0] * exp(-k[0] * at) + p[1] - measured; },
      d.rate, d.own[of], t, y);
  return d;
}

FitStatistics bordered(const Problem& problem, const Result& result) {
  FitStatistics s;
  s.noise = problem.noise();
  for (std::size_t i = 0; i < result.x.size(); ++i) {
    ParameterStatistics& p = s.parameters.emplace_back();
    p.name = problem.parameter_name(static_cast<std::int64_t>(i));
    p.value = result.x[i];
    p.fixed = problem.fixed()[i] != 0;
  }
  return bordered_statistics(s, problem, result, {});
}

void check_same(const Problem& problem, const Result& result) {
  const FitStatistics whole = statistics(problem, result), parts = bordered(problem, result);
  REQUIRE(whole.available());
  REQUIRE(parts.available());
  CHECK(parts.partial_covariance);
  CHECK(parts.degrees_of_freedom == whole.degrees_of_freedom);
  CHECK(parts.residual_sum_of_squares == doctest::Approx(whole.residual_sum_of_squares).epsilon(1e-10));
  CHECK(parts.aic == doctest::Approx(whole.aic).epsilon(1e-10));
  CHECK(parts.quantile == doctest::Approx(whole.quantile).epsilon(1e-10));
  for (std::size_t i = 0; i < whole.parameters.size(); ++i) {
    CAPTURE(whole.parameters[i].name);
    const double expected = whole.parameters[i].standard_error, found = parts.parameters[i].standard_error;
    if (std::isnan(expected)) {
      CHECK(std::isnan(found));
    } else {
      CHECK(found == doctest::Approx(expected).epsilon(1e-8));
      CHECK(parts.parameters[i].lower_interval == doctest::Approx(whole.parameters[i].lower_interval).epsilon(1e-8));
    }
    CHECK(parts.parameters[i].determined == whole.parameters[i].determined);
  }
}

}  // namespace

TEST_CASE("errors by elimination of the groups are those of the whole Jacobian") {
  const Decays d = decays(9);
  const Result result = solve(d.problem);
  REQUIRE(result.converged());
  check_same(d.problem, result);
}

TEST_CASE("what is determined does not depend on the units of the parameters") {
  Problem problem;
  const auto own = problem.add_parameters("group", Vec<double, 2>(1.0, 1e18), 3);
  const auto shared = problem.add_parameters("slope", Vec<double, 1>(1e-9));
  std::vector<int> of;
  std::vector<double> t, y;
  for (int i = 0; i < 18; ++i) {
    of.push_back(i / 6);
    t.push_back(i % 6);
    y.push_back(1.0 + 0.3 * t.back() + 0.1 * std::sin(5.0 * i));
  }
  problem.add_residuals(
      "data",
      [](const auto& p, const auto& b, double at, double measured) {
        return p[0] + 1e-18 * p[1] * at * at + 1e9 * b[0] * at - measured;
      },
      own[of], shared, t, y);
  const Result result = solve(problem);
  REQUIRE(result.converged());
  check_same(problem, result);
  for (const ParameterStatistics& p : statistics(problem, result).parameters) CHECK(p.determined);
}

TEST_CASE("the same where something is fixed, and where the noise is known") {
  Decays d = decays(7);
  d.problem.fix(d.own[2], 1);
  d.problem.set_noise(Noise::known);
  const Result result = solve(d.problem);
  REQUIRE(result.converged());
  check_same(d.problem, result);
}

TEST_CASE("a group that the data do not determine has no errors, and the others keep theirs") {
  Decays d = decays(5);
  // Another block that no residual reads.
  Problem& problem = d.problem;
  const auto lonely = problem.add_parameters("lonely", Vec<double, 1>(1.0));
  problem.add_residuals(
      "zero", [](const auto& p) { return 0.0 * p[0]; }, lonely);
  const Result result = solve(problem);
  const FitStatistics whole = statistics(problem, result), parts = bordered(problem, result);
  CHECK(std::isnan(parts.parameters.back().standard_error));
  CHECK(!parts.parameters.back().determined);
  CHECK(parts.parameters[0].standard_error == doctest::Approx(whole.parameters[0].standard_error).epsilon(1e-8));
}

TEST_CASE("which problems are bordered") {
  CHECK(!is_bordered(decays(20).problem));
  CHECK(is_bordered(decays(400).problem));
}

TEST_CASE("many groups have errors, in a time that goes with their number") {
  const Decays d = decays(400);
  const Result result = solve(d.problem);
  REQUIRE(result.converged());
  const FitStatistics s = statistics(d.problem, result);
  CHECK(s.partial_covariance);
  CHECK(s.free.size() == 1);
  CHECK(s.degrees_of_freedom == 400 * rows_of_group - 801);
  for (const ParameterStatistics& p : s.parameters) CHECK(p.standard_error > 0.0);
}
