#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <Eigen/LU>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>

#include "support/valleys.hpp"

using namespace thalweg;
using doctest::Approx;
using valleys::beale;
using valleys::rosenbrock;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Minima at (±1, 0), a saddle between them.
const auto saddle = [](const auto& x) {
  return 0.25 * x[0] * x[0] * x[0] * x[0] - 0.5 * x[0] * x[0] + 0.5 * x[1] * x[1];
};

/// Largest violation of the Karush-Kuhn-Tucker conditions of F inside the box.
template <class F>
double kkt(const F& f, const std::vector<double>& x, const Box& box) {
  std::vector<double> g(x.size());
  f.gradient(x, g);
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] < box.lower[i] || x[i] > box.upper[i]) return infinity;
    const double multiplier = x[i] == box.lower[i] && x[i] == box.upper[i] ? 0.0
                              : x[i] == box.lower[i]                       ? std::min(g[i], 0.0)
                              : x[i] == box.upper[i]                       ? std::max(g[i], 0.0)
                                                                           : g[i];
    worst = std::max(worst, std::abs(multiplier));
  }
  return worst;
}

/// The order of convergence p of e₊ ≈ C eᵖ, e = ‖x − solution‖: slope of log e₊ over log e in the last four errors
/// above rounding.
template <class F>
double order(const F& f, const std::vector<double>& start, const std::vector<double>& solution, Method method) {
  std::vector<double> e;
  for (int k = 0; k < 200; ++k) {
    const Result result = minimize(f, start, {.method = method, .polish = false, .max_iterations = k});
    const double error = std::hypot(result.x[0] - solution[0], result.x[1] - solution[1]);
    if (!e.empty() && std::log(error) == e.back()) continue;  // a rejected step
    e.push_back(std::log(error));
    if (error < 1e-10) break;
  }
  REQUIRE(e.back() < std::log(1e-10));
  REQUIRE(e.size() >= 5);
  double mx = 0.0, my = 0.0, xy = 0.0, xx = 0.0;
  const std::size_t last = e.size() - 1;
  for (std::size_t k = last - 3; k < last; ++k) {
    mx += e[k] / 3.0;
    my += e[k + 1] / 3.0;
  }
  for (std::size_t k = last - 3; k < last; ++k) {
    xy += (e[k] - mx) * (e[k + 1] - my);
    xx += (e[k] - mx) * (e[k] - mx);
  }
  return xy / xx;
}

Problem line(int n) {
  std::vector<double> t, y;
  for (int i = 0; i < n; ++i) {
    t.push_back(0.1 * i);
    y.push_back(3.0 - 2.0 * t.back() + 0.01 * std::sin(7.0 * i));
  }
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{100.0, -1e4});
  problem.add_residuals(
      "line", [](const auto& q, double ti, double yi) { return q[0] + q[1] * ti - yi; }, p, t, y);
  return problem;
}

}  // namespace

TEST_CASE("Newton on linear regression takes one step") {
  const Problem problem = line(50);
  for (const Method method : {Method::newton, Method::newton_cg}) {
    const Result result = solve(problem, {.method = method, .polish = false});
    CHECK(result.converged());
    if (method == Method::newton) CHECK(result.iterations == 1);
    const Result reference = solve(problem, {.method = Method::gauss_newton});
    for (std::size_t i = 0; i < 2; ++i) CHECK(result.x[i] == Approx(reference.x[i]).epsilon(1e-11));
  }
}

TEST_CASE("Newton converges with order two") {
  const Result r = minimize(objective(2, rosenbrock), {-1.2, 1.0}, {.method = Method::newton});
  CHECK(r.converged());
  CHECK(r.x[0] == Approx(1.0).epsilon(1e-12));
  CHECK(order(objective(2, rosenbrock), {-1.2, 1.0}, {1.0, 1.0}, Method::newton) > 1.7);
  const Result b = minimize(objective(2, beale), {2.0, 0.0}, {.method = Method::newton});
  CHECK(b.converged());
  CHECK(b.x[0] == Approx(3.0).epsilon(1e-12));
  CHECK(b.x[1] == Approx(0.5).epsilon(1e-12));
  CHECK(order(objective(2, beale), {2.0, 0.0}, {3.0, 0.5}, Method::newton) > 1.7);
}

TEST_CASE("Newton leaves a saddle, where the gradient vanishes, along its downward direction") {
  const Result at = minimize(objective(2, saddle), {0.0, 0.0}, {.method = Method::newton});
  CHECK(at.converged());
  CHECK(std::abs(at.x[0]) == Approx(1.0).epsilon(1e-12));
  const Result beside = minimize(objective(2, saddle), {0.0, 2.0}, {.method = Method::newton});
  CHECK(beside.converged());
  CHECK(beside.final_cost == Approx(-0.25).epsilon(1e-12));
}

TEST_CASE("Newton-CG needs products only") {
  const auto chain = objective(100, [](const auto& x) {
    auto sum = 0.0 * x[0];
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const auto a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
      sum = sum + 100.0 * a * a + b * b;
    }
    return sum;
  });
  const Result result = minimize(chain, std::vector<double>(100, -0.5), {.method = Method::newton_cg});
  CHECK(result.converged());
  CHECK(result.evaluations.hessian == 0);
  CHECK(result.evaluations.hessian_products > result.iterations);
  for (const double v : result.x) CHECK(v == Approx(1.0).epsilon(1e-9));
}

TEST_CASE("bounds: Newton's methods meet the KKT conditions, from inside, from the bound and from outside") {
  const auto f = objective(2, rosenbrock);
  const Box boxes[] = {{{-2.0, -2.0}, {0.5, 2.0}},
                       {{-2.0, -2.0}, {2.0, 0.5}},
                       {{1.5, -2.0}, {2.0, 2.0}},
                       {{-2.0, 2.0}, {-0.5, 3.0}},
                       {{0.3, -infinity}, {0.3, infinity}}};
  const std::vector<double> starts[] = {{-1.2, 1.0}, {0.5, -2.0}, {9.0, 9.0}, {-2.0, 2.0}};
  for (const Method method : {Method::newton, Method::newton_cg})
    for (const Box& box : boxes)
      for (const auto& start : starts) {
        CAPTURE(to_string(method));
        CAPTURE(box.upper[0]);
        CAPTURE(start[0]);
        const Result result = minimize(f, start, {.method = method}, box);
        CHECK(result.converged());
        CHECK(kkt(f, result.x, box) <= 1e-8);
      }
}

TEST_CASE("bounds: random convex quadratics agree with the enumeration of active sets") {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  constexpr int n = 4;
  for (int trial = 0; trial < 30; ++trial) {
    Mat<double, n, n> A;
    Vec<double, n> b;
    for (int i = 0; i < n; ++i) {
      b[i] = 3.0 * normal(random);
      for (int j = 0; j < n; ++j) A(i, j) = normal(random);
    }
    const Mat<double, n, n> H = A.transpose() * A + 0.1 * Mat<double, n, n>::Identity();
    const auto f = objective(n, [&](const auto& x) {
      auto sum = 0.0 * x[0];
      for (int i = 0; i < n; ++i) {
        auto row = 0.0 * x[0];
        for (int j = 0; j < n; ++j) row = row + H(i, j) * x[static_cast<std::size_t>(j)];
        sum = sum + (0.5 * row - b[i]) * x[static_cast<std::size_t>(i)];
      }
      return sum;
    });
    const Box box{std::vector<double>(n, -0.5), std::vector<double>(n, 0.7)};
    double best = infinity;
    for (int set = 0; set < 81; ++set) {  // each component free, at its lower or at its upper bound
      Mat<double, n, n> M = H;
      Vec<double, n> rhs = b;
      for (int i = 0, code = set; i < n; ++i, code /= 3)
        if (code % 3 != 0) {
          M.row(i).setZero();
          M(i, i) = 1.0;
          rhs[i] = code % 3 == 1 ? -0.5 : 0.7;
        }
      const Vec<double, n> x = M.fullPivLu().solve(rhs);
      if ((x.array() < -0.5 - 1e-12).any() || (x.array() > 0.7 + 1e-12).any()) continue;
      best = std::min(best, 0.5 * x.dot(H * x) - b.dot(x));
    }
    for (const Method method : {Method::newton, Method::newton_cg}) {
      const Result result = minimize(f, std::vector<double>(n, 0.7), {.method = method}, box);
      CHECK(result.converged());
      CHECK(result.final_cost == Approx(best).epsilon(1e-10));
    }
  }
}

TEST_CASE("an objective is refused by the methods that live on residuals, and in a crossed box") {
  const auto f = objective(2, rosenbrock);
  CHECK_THROWS_WITH_AS(minimize(f, {0.0, 0.0}),
                       "levenberg-marquardt needs residuals, and an objective has none; expected gradient-descent, "
                       "nonlinear-cg, newton, newton-cg, bfgs or lbfgs",
                       Error);
  CHECK_THROWS_WITH_AS(minimize(f, {0.0}, {.method = Method::newton}), "a start of 1 numbers; expected 2", Error);
  CHECK_THROWS_WITH_AS(minimize(f, {0.0, 0.0}, {.method = Method::newton}, {{1.0, 0.0}, {0.0, 1.0}}),
                       "bounds of component 0 are 1 and 0; expected lower <= upper", Error);
}

TEST_CASE("a start that is not finite is said") {
  const auto f = objective(1, [](const auto& x) { return log(x[0]) * log(x[0]); });
  const Result result = minimize(f, {-1.0}, {.method = Method::newton});
  CHECK(result.status == Status::non_finite_start);
  CHECK(result.reason == "the cost is nan at the start");
}

TEST_CASE("what only residuals have is refused for an objective") {
  const auto f = objective(2, rosenbrock);
  CHECK_THROWS_WITH(minimize(f, {0.0, 0.0}, {.method = Method::newton, .curvature = Curvature::gauss_newton}),
                    "curvature gauss-newton needs residuals, and an objective has none; expected exact");
  CHECK_THROWS_WITH(minimize(f, {0.0, 0.0}, {.method = Method::newton, .graduated = true}),
                    "graduated non-convexity needs losses of residuals, and an objective has none");
}

TEST_CASE("a trace may keep its points, all parameters of them") {
  Problem problem;
  const auto p = problem.add_parameters("p", std::vector<double>{-1.2, 1.0, 7.0});
  problem.fix(p, 2);
  problem.add_residuals(
      "r",
      [](const auto& x) {
        return std::array{10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]};
      },
      p);
  for (const Method method : {Method::newton, Method::bfgs, Method::levenberg_marquardt}) {
    const Result result = solve(problem, {.method = method, .record_points = true});
    CAPTURE(to_string(method));
    REQUIRE(result.converged());
    for (const IterationRecord& record : result.trace) {
      REQUIRE(record.x.size() == 3);
      const double a = 10.0 * (record.x[1] - record.x[0] * record.x[0]), b = 1.0 - record.x[0];
      CHECK(record.x[2] == 7.0);
      CHECK(record.cost == Approx(0.5 * (a * a + b * b)).epsilon(1e-12));
    }
    CHECK(result.trace.front().evaluations >= 1.0);
    CHECK(result.trace.back().evaluations <= result.evaluations.cost + result.evaluations.jacobian +
                                                 result.evaluations.hessian + result.evaluations.hessian_products);
    CHECK(solve(problem, {.method = method}).trace.back().x.empty());
  }
}
