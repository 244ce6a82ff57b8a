#include <thalweg/minimize/admm.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/base/error.hpp>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

namespace {

/// α‖x‖₁.
struct Lasso final : Proximable {
  explicit Lasso(double a) : alpha(a) {}
  double alpha;
  double value(std::span<const double> x) const override {
    double sum = 0.0;
    for (const double v : x) sum += std::abs(v);
    return alpha * sum;
  }
  void prox(std::span<double> x, double t) const override {
    for (double& v : x) v = std::copysign(std::max(std::abs(v) - t * alpha, 0.0), v);
  }
};

struct Plane {
  template <class P, class T>
  auto operator()(const P& p, T a, T b, T c, T y) const {
    return p[0] * a + p[1] * b + p[2] * c - y;
  }
};

struct Rows {
  std::vector<double> a, b, c, y;
};
Rows rows(int m, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Rows r;
  for (int i = 0; i < m; ++i) {
    r.a.push_back(normal(random));
    r.b.push_back(normal(random));
    r.c.push_back(normal(random));
    r.y.push_back(2.0 * r.a.back() - 0.05 * r.b.back() + r.c.back() + 0.3 * normal(random));
  }
  return r;
}

}  // namespace

TEST_CASE("the lasso meets its conditions of optimality") {
  const Rows r = rows(30, 1);
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{0.0, 0.0, 0.0});
  problem.add_residuals("data", Plane{}, p, r.a, r.b, r.c, r.y);
  for (const double alpha : {0.5, 5.0, 200.0}) {
    CAPTURE(alpha);
    const Lasso h(alpha);
    const Result found = admm(problem, &h);
    CHECK_MESSAGE(found.converged(), found.reason);
    Eigen::MatrixXd A(30, 3);
    Eigen::VectorXd y(30);
    for (int i = 0; i < 30; ++i) {
      const auto k = static_cast<std::size_t>(i);
      A.row(i) << r.a[k], r.b[k], r.c[k];
      y(i) = r.y[k];
    }
    const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(found.x.data(), 3);
    const Eigen::VectorXd g = A.transpose() * (A * x - y);
    for (int j = 0; j < 3; ++j)
      if (x(j) == 0.0)
        CHECK(std::abs(g(j)) <= alpha * (1.0 + 1e-6));
      else
        CHECK(g(j) == doctest::Approx(-std::copysign(alpha, x(j))).epsilon(1e-6));
    CHECK(found.final_cost == doctest::Approx(0.5 * (A * x - y).squaredNorm() + alpha * x.lpNorm<1>()));
  }
}

TEST_CASE("consensus over data sets is the solve of all of them, nonlinear and within bounds") {
  const std::vector<double> t = {0, 1, 2, 3, 4, 5}, y1 = {5.1, 3.2, 1.9, 1.3, 0.7, 0.5},
                            y2 = {4.8, 3.0, 2.0, 1.1, 0.8, 0.4}, y3 = {2.6, 1.4, 1.1, 0.6, 0.4, 0.2};
  for (const bool bounded : {false, true}) {
    CAPTURE(bounded);
    Problem problem;
    const auto rate = problem.add_parameters("rate", Vec<double, 1>{1.0});
    const auto size = problem.add_parameters("size", Vec<double, 1>{1.0}, 2);
    const auto decay = [](const auto& k, const auto& a, const auto& ti, const auto& yi) {
      return a[0] * exp(-k[0] * ti) - yi;
    };
    problem.add_residuals("first", decay, rate, size[0], t, y1);
    problem.add_residuals("second", decay, rate, size[0], t, y2);
    problem.add_residuals("third", decay, rate, size[1], t, y3);
    if (bounded) problem.set_bounds(rate, 0, 0.0, 0.4);
    const Result together = solve(problem), apart = admm(problem);
    CHECK_MESSAGE(apart.converged(), apart.reason);
    for (std::size_t j = 0; j < 3; ++j) CHECK(apart.x[j] == doctest::Approx(together.x[j]).epsilon(1e-6));
    CHECK(apart.final_cost == doctest::Approx(together.final_cost).epsilon(1e-9));
    Options threads;
    threads.threads = 3;
    CHECK(admm(problem, nullptr, threads).x == apart.x);
  }
}

TEST_CASE("limits and misuse of admm are said") {
  const Rows r = rows(10, 2);
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{0.0, 0.0, 0.0});
  problem.add_residuals("data", Plane{}, p, r.a, r.b, r.c, r.y);
  AdmmOptions few;
  few.max_iterations = 1;
  const Lasso h(1.0);
  CHECK(admm(problem, &h, {}, few).status == Status::iteration_limit);
  few.max_iterations = 0;
  CHECK_THROWS_WITH_AS(admm(problem, &h, {}, few), "option max_iterations of admm is 0; expected a number >= 1", Error);
  Options now;
  now.time_limit = 0.0;
  CHECK(admm(problem, &h, now).status == Status::time_limit);
  problem.set_bounds(p, 1, 0.0, 1.0);
  CHECK_THROWS_WITH_AS(admm(problem, &h), "'p[1]' has bounds beside h; expected bounds within h", Error);
  problem.add_equality(
      "sum", [](const auto& q) { return q[0] + q[1] - 1.0; }, p);
  CHECK_THROWS_AS(admm(problem), Error);
}
