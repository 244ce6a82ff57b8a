// Regression by every road: objectives minimised, residuals solved, closed forms; published optima.
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/regression_fit.hpp>

#include "../support/regression_reference.hpp"

using namespace thalweg;
using namespace test_support;
using doctest::Approx;

namespace {

RegressionFit file(const std::string& name) {
  return std::get<RegressionFit>(read_problem(THALWEG_SOURCE_DIR "/problems/regression/" + name + ".toml"));
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i])));
  return worst;
}

Options exactly(Method method) {
  Options options;
  options.method = method;
  options.function_tolerance = 1e-15;
  options.gradient_tolerance = 1e-11;
  options.max_iterations = 5000;
  return options;
}

/// The optimum by Newton, which all the other roads must lead to.
std::vector<double> agreed_optimum(const RegressionModel& model) {
  const Result newton = minimize(model.objective(), model.start(), exactly(Method::newton));
  CHECK(newton.converged());
  for (const Method method : {Method::newton_cg, Method::bfgs, Method::lbfgs}) {
    CAPTURE(to_string(method));
    const Result other = minimize(model.objective(), model.start(), exactly(method));
    CHECK(distance(other.x, newton.x) < 1e-8);
  }
  for (const Method method : {Method::levenberg_marquardt, Method::gauss_newton, Method::dogleg, Method::newton}) {
    CAPTURE(to_string(method));
    const Result other = solve(model.problem(model.start()), exactly(method));
    CHECK(other.converged());
    CHECK(other.final_cost == Approx(newton.final_cost).epsilon(1e-12));
    CHECK(distance(other.x, newton.x) < 1e-8);
  }
  return newton.x;
}

}  // namespace

TEST_CASE("regression: logistic optima agree across methods, objective and residuals") {
  RegressionOptions options = options_of(RegressionKind::logistic);
  agreed_optimum(RegressionModel(options, table(300, 4, 2)));
  options.l2 = 0.5;
  options.label_smoothing = 0.05;
  agreed_optimum(RegressionModel(options, table(40, 10, 2)));
}

TEST_CASE("regression: softmax optima agree across methods, objective and residuals") {
  RegressionOptions options = options_of(RegressionKind::softmax);
  agreed_optimum(RegressionModel(options, table(300, 3, 3)));
  options.l2 = 0.5;
  agreed_optimum(RegressionModel(options, table(60, 4, 4)));
}

TEST_CASE("regression: two classes are the same for logistic and softmax") {
  const RegressionData data = table(120, 3, 2);
  const std::vector<double> logistic = agreed_optimum(RegressionModel(options_of(RegressionKind::logistic), data));
  const std::vector<double> softmax = agreed_optimum(RegressionModel(options_of(RegressionKind::softmax), data));
  CHECK(distance(softmax, logistic) < 1e-8);
}

TEST_CASE("regression: linear by residuals and by objective is the closed form") {
  RegressionOptions options;
  for (const double l2 : {0.0, 2.0}) {
    options.l2 = l2;
    const RegressionModel model(options, table(80, 5, 0));
    CHECK(distance(agreed_optimum(model), solve_linear(model)) < 1e-9);
  }
}

TEST_CASE("regression: the Challenger's O-rings as published") {
  // Fitted by R, glm(distress ~ temperature, binomial): 15.0429 (7.3786), −0.2322 (0.1082), residual deviance 20.315.
  const RegressionFit fit = file("challenger");
  const RegressionModel model(fit.model, fit.data);
  const std::vector<double> x = agreed_optimum(model);
  CHECK(std::abs(x[0] - 15.0429) < 1e-4);
  CHECK(std::abs(x[1] + 0.2322) < 1e-4);
  CHECK(std::abs(2.0 * model.objective().value(x) - 20.315) < 1e-3);
  CHECK(separation(model, x) == "");
  const Problem problem = model.problem(model.start());
  const FitStatistics s = statistics(problem, solve(problem));
  CHECK(std::abs(s.parameters[0].standard_error - 7.3786) < 1e-3);
  CHECK(std::abs(s.parameters[1].standard_error - 0.1082) < 1e-4);
  CHECK(s.aic == Approx(24.315).epsilon(1e-4));
}

TEST_CASE("regression: iris with its penalty, and said to be separable without") {
  RegressionFit fit = file("iris");
  const RegressionModel model(fit.model, fit.data);
  const std::vector<double> x = agreed_optimum(model);
  CHECK(model.measure(x, fit.data).accuracy > 0.97);
  // Setosa alone against the rest is separable.
  RegressionData two = fit.data;
  two.classes = {"setosa", "other"};
  for (double& y : two.y) y = std::min(y, 1.0);
  RegressionOptions plain = options_of(RegressionKind::logistic);
  const RegressionModel separable(plain, two);
  const Result result = minimize(separable.objective(), separable.start(), {.method = Method::newton});
  CHECK(separation(separable, result.x) != "");
}

TEST_CASE("regression: a network of squares is fitted by Levenberg-Marquardt") {
  const RegressionFit fit = file("sine");
  const RegressionModel model(fit.model, fit.data);
  const Result result = solve(model.problem(model.start()), {.max_iterations = 500});
  // The noise has the standard deviation 0.05: ½ Σ r² ≈ ½ · 100 · 0.05².
  CHECK(result.final_cost < 0.15);
  const RegressionFit classes = file("spirals");
  const RegressionModel network(classes.model, classes.data);
  const Result spirals = solve(network.problem(network.start()), {.max_iterations = 300});
  CHECK(network.measure(spirals.x, classes.data).accuracy > 0.99);
}
