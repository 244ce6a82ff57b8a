// Fits whose rows are spread over processes beside fits by one.
#include <thalweg/distributed/tall.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

#include "distributed/world.hpp"

using namespace thalweg;
using test_support::world;

namespace {

/// 400 rows of a decay with an offset; every 37th lies far away. `k`, `c`: what is said of these parameters.
CurveFit decay(const Loss& loss, const std::string& k = "{ start = 0.2 }", const std::string& c = "{ start = 0 }") {
  std::string text = fmt::format(
      "[model]\ny = \"a * exp(-k * x) + c\"\n[parameters]\na = {{ start = 1 }}\nk = {}\nc = {}\n"
      "[data]\ncolumns = [\"x\", \"y\"]\nrows = [\n",
      k, c);
  for (int i = 0; i < 400; ++i) {
    const double x = 0.025 * i, noise = 0.05 * std::sin(12.9898 * i) + (i % 37 == 5 ? 3.0 : 0.0);
    text += fmt::format("[{}, {}],\n", x, 3.0 * std::exp(-0.7 * x) + 0.5 + noise);
  }
  CurveFit fit = parse_curve_fit(text + "]\n", "decay.toml");
  for (DataSet& data : fit.data) data.loss = loss;
  return fit;
}

Options one_thread() {
  Options options;
  options.threads = 1;
  return options;
}

/// By all processes and by one: the same cost and the same parameters.
TallResult expect_alike(const CurveFit& fit, const Options& options) {
  const CurveProblem whole = build_problem(fit), mine = build_problem(part_of(world(), fit));
  const Result alone = solve(whole.problem, options);
  const TallResult found = solve_tall(world(), mine.problem, mine.problem.start(), options);
  CHECK(found.result.converged());
  CHECK(found.all_residuals == whole.problem.residual_count());
  CHECK(found.result.initial_cost == doctest::Approx(alone.initial_cost).epsilon(1e-12));
  CHECK(found.result.final_cost == doctest::Approx(alone.final_cost).epsilon(1e-9));
  REQUIRE(found.result.x.size() == alone.x.size());
  for (std::size_t i = 0; i < alone.x.size(); ++i)
    CHECK(found.result.x[i] == doctest::Approx(alone.x[i]).epsilon(1e-5));
  return found;
}

}  // namespace

TEST_CASE("A tall fit with a robust loss comes to the answer of one process, by every method") {
  for (const Loss& loss : {Loss::huber(0.1), Loss::cauchy(0.2), Loss::tukey(0.5)})
    for (const Method method : {Method::levenberg_marquardt, Method::dogleg}) {
      CAPTURE(to_string(method));
      Options options = one_thread();
      options.method = method;
      const TallResult found = expect_alike(decay(loss, "{ start = 0.6 }", "{ start = 0.4 }"), options);
      // What lies far away does not pull: the least squares of all rows end elsewhere.
      CHECK(std::abs(found.result.x[2] - 0.5) < 0.05);
    }
}

TEST_CASE("A tall fit ends at bounds as one process does, and beside them") {
  // At the minimum k is 0.7 and c near 0.58, which far rows pull up.
  const TallResult at_both =
      expect_alike(decay({}, "{ start = 0.2, upper = 0.5 }", "{ start = 0, upper = 0.3 }"), one_thread());
  CHECK(at_both.result.x[1] <= 0.5);
  CHECK(at_both.result.x[2] == 0.3);
  const TallResult beside = expect_alike(decay({}, "{ start = 0.2, lower = 0.1, upper = 5 }"), one_thread());
  CHECK(beside.result.x[1] > 0.1);
  CHECK(beside.result.x[1] < 5.0);
  const TallResult robust = expect_alike(decay(Loss::huber(0.1), "{ start = 0.2, upper = 0.5 }"), one_thread());
  CHECK(robust.result.x[1] == 0.5);
}

TEST_CASE("Standard errors of a tall fit are those of one process; with a loss there are none") {
  const CurveFit fit = decay({});
  const TallResult found = expect_alike(fit, one_thread());
  const CurveProblem whole = build_problem(fit);
  const FitStatistics alone = statistics(whole.problem, solve(whole.problem, one_thread()));
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(found.standard_errors[i] == doctest::Approx(alone.parameters[i].standard_error).epsilon(1e-4));
  for (const double e : expect_alike(decay(Loss::huber(0.1)), one_thread()).standard_errors) CHECK(std::isnan(e));
}

TEST_CASE("What ties rows together is refused, and more processes than rows") {
  CurveFit few = decay({});
  for (DataSet& data : few.data)
    for (std::vector<double>& column : data.values) column.resize(world().size() - 1);
  if (world().size() > 1) CHECK_THROWS_AS(part_of(world(), few), CollectiveError);
  CurveFit scaled = decay({});
  scaled.scale_per_data_set = true;
  CHECK_THROWS_WITH_AS(part_of(world(), scaled),
                       "the scales of the noise of 'decay.toml' tie rows together, which are spread over processes; "
                       "expected none, or a solve in one process",
                       CollectiveError);
}
