#include <thalweg/minimize/constrained.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Dense>
#include <thalweg/base/error.hpp>
#include <thalweg/minimize/global_search.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>

#include "support/constrained_problems.hpp"
#include "support/hock_schittkowski.hpp"

using namespace thalweg;
using test_support::formula_group;
using test_support::HockSchittkowski;
using test_support::problem_of;

TEST_CASE("least squares of Hock and Schittkowski reach the published minima, by every method") {
  CHECK(test_support::hock_schittkowski().size() >= 30);
  // From the book's start the steps on the conditions themselves lead to another minimum of this one.
  const auto is_other = [](int number, ConstrainedMethod method) {
    return number == 16 && method != ConstrainedMethod::augmented_lagrangian;
  };
  for (const ConstrainedMethod method : {ConstrainedMethod::augmented_lagrangian, ConstrainedMethod::interior_point,
                                         ConstrainedMethod::sequential_quadratic})
    for (const HockSchittkowski& hs : test_support::hock_schittkowski()) {
      CAPTURE(hs.number);
      CAPTURE(to_string(method));
      Options options;
      options.constrained.method = method;
      const Result found = solve(problem_of(hs), options);
      const double f = 2.0 * found.final_cost + hs.constant;
      CHECK_MESSAGE(found.converged(), found.reason);
      if (is_other(hs.number, method))
        CHECK(f > hs.minimum);
      else
        CHECK(f == doctest::Approx(hs.minimum).epsilon(1e-8).scale(std::max(1.0, std::abs(hs.minimum))));
      CHECK(found.constrained->stationarity <= 1e-8);
      CHECK(found.constrained->violation <= 1e-8);
      CHECK(found.constrained->complementarity <= 1e-8);
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
    problem.clear_constraints();
    problem.add_constraint(formula_group("sum", fmt::format("x1 + x2 + x3 - {}", sum), 3), Constraints::Kind::equality);
    return solve(problem);
  };
  Eigen::MatrixXd K = Eigen::MatrixXd::Zero(4, 4);
  K.topLeftCorner(3, 3) = A.transpose() * A;
  K.block(0, 3, 3, 1).setOnes();
  K.block(3, 0, 1, 3).setOnes();
  Eigen::VectorXd rhs(4);
  rhs << A.transpose() * b, 2.0;
  const Eigen::VectorXd exact = K.fullPivLu().solve(rhs);
  const Result found = solved(2.0);
  REQUIRE(found.converged());
  for (int j = 0; j < 3; ++j) CHECK(found.x[static_cast<std::size_t>(j)] == doctest::Approx(exact(j)).epsilon(1e-12));
  CHECK(found.constrained->constraints[0].multiplier == doctest::Approx(exact(3)).epsilon(1e-10));
  CHECK(found.constrained->constraints[0].name == "sum");
  CHECK(found.constrained->constraints[0].active);
  constexpr double t = 1e-3;  // c = t in the place of 0
  const double fall = (solved(2.0 - t).final_cost - solved(2.0 + t).final_cost) / (2.0 * t);
  CHECK(fall == doctest::Approx(found.constrained->constraints[0].multiplier).epsilon(1e-6));
  CHECK(x.dimension() == 3);
}

TEST_CASE("an inequality that does not bind leaves the minimum, one that binds has a multiplier above zero") {
  Problem problem;
  problem.add_parameters("x", std::vector<double>{3, 3});
  problem.add_group(formula_group("f", "x1 - 1", 2));
  problem.add_group(formula_group("f", "x2 - 2", 2));
  problem.add_constraint(formula_group("far", "x1 + x2 - 10", 2), Constraints::Kind::inequality);
  problem.add_constraint(formula_group("near", "x1 + x2 - 2", 2), Constraints::Kind::inequality);
  const Result found = solve(problem);
  CHECK(found.x[0] == doctest::Approx(0.5));
  CHECK(found.x[1] == doctest::Approx(1.5));
  CHECK(found.constrained->constraints[0].multiplier == 0.0);
  CHECK(!found.constrained->constraints[0].active);
  CHECK(found.constrained->constraints[1].multiplier == doctest::Approx(0.5));
  CHECK(found.constrained->constraints[1].active);
}

TEST_CASE("constraints that contradict each other are named, with the smallest violation") {
  Problem problem;
  problem.add_parameters("x", std::vector<double>{3, 3});
  problem.add_group(formula_group("f", "x1 - 1", 2));
  problem.add_group(formula_group("f", "x2 - 2", 2));
  problem.add_constraint(formula_group("low", "x1 + x2 - 1", 2), Constraints::Kind::equality);
  problem.add_constraint(formula_group("high", "x1 + x2 - 3", 2), Constraints::Kind::equality);
  problem.add_constraint(formula_group("other", "x1 - x2", 2), Constraints::Kind::equality);
  const Result found = solve(problem);
  CHECK(!found.converged());
  CHECK(found.constrained->infeasible);
  CHECK(found.constrained->violation == doctest::Approx(1.0));
  CHECK(found.reason.find("contradict each other") != std::string::npos);
  CHECK(found.reason.find("low and high do not hold") != std::string::npos);
  CHECK(found.constrained->outer < 40);
  // A curved one that no real number satisfies.
  problem.clear_constraints();
  problem.add_constraint(formula_group("circle", "x1^2 + x2^2 + 1", 2), Constraints::Kind::inequality);
  const Result empty = solve(problem);
  CHECK(empty.constrained->infeasible);
  CHECK(empty.constrained->violation == doctest::Approx(1.0));
}

TEST_CASE("units of parameters, residuals and constraints change neither answer nor status") {
  for (const double unit : {1e-9, 1.0, 1e9}) {
    CAPTURE(unit);
    Problem problem;
    problem.add_parameters("x", std::vector<double>{2.0 * unit, 2.0 * unit});
    problem.add_group(formula_group("f", fmt::format("(x1/{0} - 2)*{0}", unit), 2));
    problem.add_group(formula_group("f", fmt::format("(x2/{0} - 1)*{0}", unit), 2));
    problem.add_constraint(formula_group("line", fmt::format("(x1 - 2*x2 + {0})*{0}", unit), 2),
                           Constraints::Kind::equality);
    problem.add_constraint(formula_group("ellipse", fmt::format("(0.25*x1^2 + x2^2)/{0}/{0} - 1", unit), 2),
                           Constraints::Kind::inequality);
    const Result found = solve(problem);
    CHECK(found.converged());
    CHECK(2.0 * found.final_cost / unit / unit == doctest::Approx(1.3934649806887).epsilon(1e-9));
  }
}

TEST_CASE("constraints as callables, of several components, on a block on a manifold") {
  Problem problem;
  const auto turn = problem.add_parameters("turn", SO3{});
  const auto v = problem.add_parameters("v", Vec<double, 2>{0.3, 0.4});
  problem.add_residuals(
      "data", [](const auto& q, const auto& w, double target) { return q[0] * 0.1 + w[0] + w[1] - target; }, turn, v,
      std::vector<double>{1.0, 2.0});
  problem.add_equality(
      "unit", [](const auto& w) { return w[0] * w[0] + w[1] * w[1] - 1.0; }, v);
  problem.add_inequality(
      "order", [](const auto& w) { return w[0] - w[1]; }, v);
  const Result found = solve(problem);
  CHECK_MESSAGE(found.converged(), found.reason);
  CHECK(found.constrained->constraints.size() == 2);
  CHECK(std::abs(found.constrained->constraints[0].value) < 1e-9);
  CHECK(found.constrained->constraints[1].value < 1e-9);
}

TEST_CASE("misuse of constraints is said") {
  Problem problem;
  problem.add_parameters("x", std::vector<double>{1, 1});
  problem.add_group(formula_group("f", "x1 - 1", 2));
  auto weighted = formula_group("c", "x1 + x2", 2);
  weighted->set_sigma({2.0});
  CHECK_THROWS_WITH_AS(problem.add_constraint(std::move(weighted), Constraints::Kind::equality),
                       "constraint 'c' has standard deviations, a loss or a cost; expected values alone", Error);
  Options options;
  options.constrained.tolerance = 0.0;
  CHECK_THROWS_WITH_AS(solve(problem, options), "option constrained.tolerance is 0; expected a number > 0", Error);
  CHECK_THROWS_WITH_AS(parse_constrained_method("simplex"),
                       "unknown method under constraints 'simplex'; expected one of auto, augmented-lagrangian, "
                       "interior-point, sqp",
                       Error);
  problem.add_constraint(formula_group("sum", "x1 + x2 - 1", 2), Constraints::Kind::equality);
  CHECK_THROWS_AS(solve(problem, std::vector<double>{1.0}, Options{}), Error);
  // What does not heed constraints refuses them.
  CHECK_THROWS_WITH_AS(Program{problem},
                       "constraint 'sum' is not heeded here; expected solve, or a problem without "
                       "constraints",
                       Error);
  CHECK_THROWS_AS(global_search(problem, {}, {}), Error);
  // A solver made before a constraint does not know of it.
  Solver before(problem);
  problem.add_constraint(formula_group("low", "x1 - 1", 2), Constraints::Kind::inequality);
  CHECK_THROWS_AS(before.solve(), Error);
}
