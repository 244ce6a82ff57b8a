// Conditions on the coefficients of regressions, beside closed forms.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/regression_constraints.hpp>

#include "../../support/regression_reference.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

/// [XᵀX Cᵀ; C 0] [w; λ] = [Xᵀy; d], the intercept first (Lawson & Hanson 1974, chapter 20).
Eigen::VectorXd by_conditions(const RegressionData& data, const Eigen::MatrixXd& C, const Eigen::VectorXd& d) {
  const auto m = static_cast<Eigen::Index>(data.y.size()), n = static_cast<Eigen::Index>(data.x.size()) + 1;
  Eigen::MatrixXd X = Eigen::MatrixXd::Ones(m, n);
  for (Eigen::Index j = 1; j < n; ++j)
    X.col(j) = Eigen::Map<const Eigen::VectorXd>(data.x[static_cast<std::size_t>(j - 1)].data(), m);
  Eigen::MatrixXd K = Eigen::MatrixXd::Zero(n + C.rows(), n + C.rows());
  K.topLeftCorner(n, n) = X.transpose() * X;
  K.topRightCorner(n, C.rows()) = C.transpose();
  K.bottomLeftCorner(C.rows(), n) = C;
  Eigen::VectorXd right(n + C.rows());
  right << X.transpose() * Eigen::Map<const Eigen::VectorXd>(data.y.data(), m), d;
  return K.fullPivLu().solve(right).head(n);
}

std::vector<double> solved(const RegressionModel& model, const std::vector<NamedExpression>& constraints) {
  Problem problem = model.problem(model.start());
  add_constraints(model, constraints, problem);
  const Result result = solve(problem);
  CHECK(result.converged());
  return model.in_users_units(result.x);
}

}  // namespace

TEST_CASE("constraints: linear equalities of a linear regression, standardised or not") {
  const RegressionData data = table(60, 4, 0);
  Eigen::MatrixXd C = Eigen::MatrixXd::Zero(2, 5);
  C.row(0) << 0, 1, 1, 1, 0;
  C.row(1) << 1, 0, 0, -2, 0.5;
  const Eigen::VectorXd expected = by_conditions(data, C, Eigen::Vector2d(1.0, 0.25));
  const std::vector<NamedExpression> constraints = {{"sum", "x1 + x2 + x3 = 1"},
                                                    {"tie", "intercept + 0.5*x4 = 0.25 + 2*x3"}};
  for (const bool standardize : {false, true}) {
    CAPTURE(standardize);
    const std::vector<double> x = solved(RegressionModel({.standardize = standardize}, data), constraints);
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(x[i] == doctest::Approx(expected[static_cast<Eigen::Index>(i)]).epsilon(1e-10));
  }
}

TEST_CASE("constraints: a logistic regression with equal coefficients is that of the sum of its inputs") {
  const RegressionData data = table(80, 2, 2);
  RegressionData summed = data;
  summed.inputs = {"s"};
  summed.x = {data.x[0]};
  for (std::size_t i = 0; i < data.y.size(); ++i) summed.x[0][i] += data.x[1][i];
  const RegressionOptions logistic{.kind = RegressionKind::logistic};
  const std::vector<double> expected = solved(RegressionModel(logistic, summed), {});
  for (const bool standardize : {false, true}) {
    RegressionOptions options = logistic;
    options.standardize = standardize;
    const std::vector<double> x = solved(RegressionModel(options, data), {{"equal", "x1 = x2"}});
    CHECK(x[0] == doctest::Approx(expected[0]).epsilon(1e-7));
    CHECK(x[1] == doctest::Approx(expected[1]).epsilon(1e-7));
    CHECK(x[1] == doctest::Approx(x[2]).epsilon(1e-10));
  }
}

TEST_CASE("constraints: names in backticks, and those that are no coefficient") {
  RegressionData data = table(30, 1, 3);
  const RegressionModel model({.kind = RegressionKind::softmax}, data);
  Problem problem = model.problem(model.start());
  add_constraints(model, std::vector<NamedExpression>{{"equal", "`x1[c1]` = `x1[c2]`"}}, problem);
  const Result result = solve(problem);
  REQUIRE(result.converged());
  CHECK(result.x[1] == doctest::Approx(result.x[3]).epsilon(1e-9));
  CHECK_THROWS_WITH_AS(add_constraints(model, std::vector<NamedExpression>{{"odd", "x1 = 0"}}, problem),
                       doctest::Contains("constraint 'odd' names an unknown coefficient 'x1'; expected"), Error);
}
