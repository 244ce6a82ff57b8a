#include <thalweg/minimize/constraints.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Dense>
#include <thalweg/base/error.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/minimize/solve.hpp>

#include "support/hock_schittkowski.hpp"

using namespace thalweg;
using test_support::HockSchittkowski;

namespace {

/// A formula of x1, x2, … as a residual group of one item.
std::unique_ptr<ResidualGroup> formula_group(const std::string& name, const std::string& text, std::size_t n) {
  Symbols symbols;
  for (std::size_t j = 0; j < n; ++j) symbols.parameters.push_back("x" + std::to_string(j + 1));
  const Equation equation{"0 = " + text, Formula::parse("0"), Formula::parse(text)};
  return std::make_unique<FormulaResiduals>(
      name, std::make_shared<const FormulaModel>(equation, symbols, std::vector<std::vector<double>>{}, 1), 0);
}

Problem problem_of(const HockSchittkowski& hs) {
  Problem problem;
  const auto x = problem.add_parameters("x", hs.start);
  for (std::size_t j = 0; j < hs.lower.size(); ++j)
    problem.set_bounds(x, static_cast<int>(j), hs.lower[j], hs.upper[j]);
  for (const std::string& r : hs.residuals) problem.add_group(formula_group("f", r, hs.start.size()));
  return problem;
}

Constraints constraints_of(const HockSchittkowski& hs, const Problem& problem) {
  Constraints constraints(problem);
  for (const std::string& c : hs.equalities)
    constraints.add(formula_group(c + " = 0", c, hs.start.size()), Constraints::Kind::equality);
  for (const std::string& c : hs.inequalities)
    constraints.add(formula_group(c + " <= 0", c, hs.start.size()), Constraints::Kind::inequality);
  return constraints;
}

}  // namespace

TEST_CASE("least squares of Hock and Schittkowski reach the published minima") {
  CHECK(test_support::hock_schittkowski().size() >= 30);
  for (const HockSchittkowski& hs : test_support::hock_schittkowski()) {
    CAPTURE(hs.number);
    const Problem problem = problem_of(hs);
    const ConstrainedResult found = solve(problem, constraints_of(hs, problem), Options{});
    const double f = 2.0 * found.result.final_cost + hs.constant;
    CHECK_MESSAGE(found.result.converged(), found.result.reason);
    CHECK(f == doctest::Approx(hs.minimum).epsilon(1e-8).scale(std::max(1.0, std::abs(hs.minimum))));
    CHECK(found.stationarity <= 1e-8);
    CHECK(found.violation <= 1e-8);
    CHECK(found.complementarity <= 1e-8);
  }
}

TEST_CASE("linear equalities of a linear fit equal the closed form, and multipliers are sensitivities") {
  // min ½‖Ax − b‖² under Cx = d: [AᵀA Cᵀ; C 0] [x; λ] = [Aᵀb; d].
  const Eigen::MatrixXd A = (Eigen::MatrixXd(4, 3) << 1, 0, 0, 1, 1, 1, 1, 2, 4, 1, 3, 9).finished();
  const Eigen::VectorXd b = (Eigen::VectorXd(4) << 1, 3, 2, 5).finished();
  Problem problem;
  const auto x = problem.add_parameters("x", std::vector<double>{0, 0, 0});
  for (int i = 0; i < 4; ++i)
    problem.add_group(formula_group("f", fmt::format("x1 + {}*x2 + {}*x3 - {}", i, i * i, b(i)), 3));
  const auto solved = [&](double sum) {
    Constraints constraints(problem);
    constraints.add(formula_group("sum", fmt::format("x1 + x2 + x3 - {}", sum), 3), Constraints::Kind::equality);
    return solve(problem, constraints);
  };
  Eigen::MatrixXd K = Eigen::MatrixXd::Zero(4, 4);
  K.topLeftCorner(3, 3) = A.transpose() * A;
  K.block(0, 3, 3, 1).setOnes();
  K.block(3, 0, 1, 3).setOnes();
  Eigen::VectorXd rhs(4);
  rhs << A.transpose() * b, 2.0;
  const Eigen::VectorXd exact = K.fullPivLu().solve(rhs);
  const ConstrainedResult found = solved(2.0);
  REQUIRE(found.result.converged());
  for (int j = 0; j < 3; ++j)
    CHECK(found.result.x[static_cast<std::size_t>(j)] == doctest::Approx(exact(j)).epsilon(1e-12));
  CHECK(found.constraints[0].multiplier == doctest::Approx(exact(3)).epsilon(1e-10));
  CHECK(found.constraints[0].name == "sum");
  CHECK(found.constraints[0].active);
  constexpr double t = 1e-3;  // c = t in the place of 0
  const double fall = (solved(2.0 - t).result.final_cost - solved(2.0 + t).result.final_cost) / (2.0 * t);
  CHECK(fall == doctest::Approx(found.constraints[0].multiplier).epsilon(1e-6));
  CHECK(x.dimension() == 3);
}

TEST_CASE("an inequality that does not bind leaves the minimum, one that binds has a multiplier above zero") {
  Problem problem;
  problem.add_parameters("x", std::vector<double>{3, 3});
  problem.add_group(formula_group("f", "x1 - 1", 2));
  problem.add_group(formula_group("f", "x2 - 2", 2));
  Constraints constraints(problem);
  constraints.add(formula_group("far", "x1 + x2 - 10", 2), Constraints::Kind::inequality);
  constraints.add(formula_group("near", "x1 + x2 - 2", 2), Constraints::Kind::inequality);
  const ConstrainedResult found = solve(problem, constraints);
  CHECK(found.result.x[0] == doctest::Approx(0.5));
  CHECK(found.result.x[1] == doctest::Approx(1.5));
  CHECK(found.constraints[0].multiplier == 0.0);
  CHECK(!found.constraints[0].active);
  CHECK(found.constraints[1].multiplier == doctest::Approx(0.5));
  CHECK(found.constraints[1].active);
}

TEST_CASE("constraints that contradict each other are named, with the smallest violation") {
  Problem problem;
  problem.add_parameters("x", std::vector<double>{3, 3});
  problem.add_group(formula_group("f", "x1 - 1", 2));
  problem.add_group(formula_group("f", "x2 - 2", 2));
  Constraints constraints(problem);
  constraints.add(formula_group("low", "x1 + x2 - 1", 2), Constraints::Kind::equality);
  constraints.add(formula_group("high", "x1 + x2 - 3", 2), Constraints::Kind::equality);
  constraints.add(formula_group("other", "x1 - x2", 2), Constraints::Kind::equality);
  const ConstrainedResult found = solve(problem, constraints);
  CHECK(!found.result.converged());
  CHECK(found.infeasible);
  CHECK(found.violation == doctest::Approx(1.0));
  CHECK(found.result.reason.find("contradict each other") != std::string::npos);
  CHECK(found.result.reason.find("low and high do not hold") != std::string::npos);
  CHECK(found.outer < 40);
  // A curved one that no real number satisfies.
  Constraints none(problem);
  none.add(formula_group("circle", "x1^2 + x2^2 + 1", 2), Constraints::Kind::inequality);
  const ConstrainedResult empty = solve(problem, none);
  CHECK(empty.infeasible);
  CHECK(empty.violation == doctest::Approx(1.0));
}

TEST_CASE("units of parameters, residuals and constraints change neither answer nor status") {
  for (const double unit : {1e-9, 1.0, 1e9}) {
    CAPTURE(unit);
    Problem problem;
    problem.add_parameters("x", std::vector<double>{2.0 * unit, 2.0 * unit});
    problem.add_group(formula_group("f", fmt::format("(x1/{0} - 2)*{0}", unit), 2));
    problem.add_group(formula_group("f", fmt::format("(x2/{0} - 1)*{0}", unit), 2));
    Constraints constraints(problem);
    constraints.add(formula_group("line", fmt::format("(x1 - 2*x2 + {0})*{0}", unit), 2), Constraints::Kind::equality);
    constraints.add(formula_group("ellipse", fmt::format("(0.25*x1^2 + x2^2)/{0}/{0} - 1", unit), 2),
                    Constraints::Kind::inequality);
    const ConstrainedResult found = solve(problem, constraints);
    CHECK(found.result.converged());
    CHECK(2.0 * found.result.final_cost / unit / unit == doctest::Approx(1.3934649806887).epsilon(1e-9));
  }
}

TEST_CASE("constraints as callables, of several components, on a block on a manifold") {
  Problem problem;
  const auto turn = problem.add_parameters("turn", SO3{});
  const auto v = problem.add_parameters("v", Vec<double, 2>{0.3, 0.4});
  problem.add_residuals(
      "data", [](const auto& q, const auto& w, double target) { return q[0] * 0.1 + w[0] + w[1] - target; }, turn, v,
      std::vector<double>{1.0, 2.0});
  Constraints constraints(problem);
  constraints.add_equality(
      "unit", [](const auto& w) { return w[0] * w[0] + w[1] * w[1] - 1.0; }, v);
  constraints.add_inequality(
      "order", [](const auto& w) { return w[0] - w[1]; }, v);
  const ConstrainedResult found = solve(problem, constraints);
  CHECK_MESSAGE(found.result.converged(), found.result.reason);
  CHECK(found.constraints.size() == 2);
  CHECK(std::abs(found.constraints[0].value) < 1e-9);
  CHECK(found.constraints[1].value < 1e-9);
}

TEST_CASE("misuse of constraints is said") {
  Problem problem;
  problem.add_parameters("x", std::vector<double>{1, 1});
  problem.add_group(formula_group("f", "x1 - 1", 2));
  Constraints constraints(problem);
  auto weighted = formula_group("c", "x1 + x2", 2);
  weighted->set_sigma({2.0});
  CHECK_THROWS_WITH_AS(constraints.add(std::move(weighted), Constraints::Kind::equality),
                       "constraint 'c' has standard deviations, a loss or a cost; expected values alone", Error);
  CHECK_THROWS_AS(solve(problem, constraints, {}, {.tolerance = 0.0}), Error);
  CHECK_THROWS_AS(solve(problem, constraints, std::vector<double>{1.0}), Error);
  // Without constraints it is a solve like any other.
  CHECK(solve(problem, constraints).result.x == solve(problem).x);
}
