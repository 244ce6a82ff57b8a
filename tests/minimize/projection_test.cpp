#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// a exp(-b t) + c: linear in a and c.
struct Decay {
  Problem problem;
  Parameters<3> p;
  explicit Decay(bool marked, double a = 1.0, double b = 3.0, double c = 0.0)
      : p(problem.add_parameters("p", Vec<double, 3>{a, b, c})) {
    std::vector<double> t, y;
    for (int i = 0; i < 30; ++i) {
      t.push_back(0.2 * i);
      y.push_back(50.0 * std::exp(-0.7 * t.back()) + 10.0 + 0.1 * std::sin(5.0 * i));
    }
    problem.add_residuals(
        "decay", [](const auto& q, double ti, double yi) { return q[0] * exp(-q[1] * ti) + q[2] - yi; }, p, t, y);
    problem.name_components(p, {"a", "b", "c"});
    if (!marked) return;
    problem.mark_linear(p, 0);
    problem.mark_linear(p, 2);
  }
};

}  // namespace

TEST_CASE("variable projection ends at the same minimum, in fewer iterations, wherever the linear parameters start") {
  const Result full = solve(Decay(false).problem);
  REQUIRE(full.converged());
  const Result projected = solve(Decay(true).problem);
  CHECK(projected.converged());
  CHECK(projected.iterations < full.iterations);
  REQUIRE(projected.notes.size() == 1);
  CHECK(projected.notes[0] == "eliminated by variable projection: a, c");
  const Result elsewhere = solve(Decay(true, -1e6, 3.0, 1e5).problem);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(projected.x[i] == Approx(full.x[i]).epsilon(1e-10));
    CHECK(elsewhere.x[i] == Approx(full.x[i]).epsilon(1e-10));
  }
  CHECK(elsewhere.iterations == Approx(projected.iterations).epsilon(0.15));
}

TEST_CASE("variable projection: at every trial the linear parameters have their best values") {
  Decay fit(true);
  Options options{.polish = false, .max_iterations = 3};
  const Result result = solve(fit.problem, options);
  // With the nonlinear parameter where it is, solving for the others gains nothing.
  Decay rest(false, result.x[0], result.x[1], result.x[2]);
  rest.problem.fix(rest.p, 1);
  const Result best = solve(rest.problem);
  CHECK(best.final_cost == Approx(result.final_cost).epsilon(1e-12));
}

TEST_CASE("variable projection leaves alone what has bounds, and what its methods cannot take") {
  Decay bounded(true);
  bounded.problem.set_bounds(bounded.p, 0, 0.0, 40.0);
  const Result result = solve(bounded.problem);
  CHECK(result.converged());
  CHECK(result.x[0] == 40.0);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] == "eliminated by variable projection: c");

  CHECK(solve(Decay(true).problem, {.variable_projection = false}).notes.empty());
  CHECK(solve(Decay(true).problem, {.method = Method::dogleg}).notes.empty());
  const Result gauss = solve(Decay(true).problem, {.method = Method::gauss_newton});
  CHECK(gauss.converged());
  CHECK(gauss.notes.size() == 1);
}

TEST_CASE("variable projection: everything linear is one projection") {
  Decay fit(true, 1.0, 0.7, 0.0);
  fit.problem.fix(fit.p, 1);
  const Result result = solve(fit.problem, {.polish = false});
  CHECK(result.converged());
  // Steps beyond are rejected: rounding decides how many are tried.
  CHECK(result.accepted_steps <= 1);
}

TEST_CASE("mark_linear wants a component that exists") {
  Decay fit(false);
  CHECK_THROWS_WITH_AS(fit.problem.mark_linear(fit.p, 3), "parameter 'a' has 3 components, no component 3", Error);
}
