// Groups with a cost of their own: minus a log likelihood in place of ½‖r‖².
#include <thalweg/problem/program.hpp>

#include <cmath>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/problem/derivative_check.hpp>
#include <thalweg/problem/objective.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

const std::vector<double> ts = {0.0, 0.5, 1.0, 1.5, 2.0, 2.5}, counts = {3, 5, 4, 9, 11, 20};

/// Minus the log likelihood of Poisson counts with rate λ = exp(f), f = p₀ + sin(p₁ t): ℓ = e^f − y f, convex in f.
template <class T>
T cost_of(const std::vector<T>& p, double t, double y) {
  using std::exp, std::sin;
  const T f = p[0] + sin(p[1] * t);
  return exp(f) - y * f;
}

class Poisson : public ResidualGroup {
 public:
  explicit Poisson(std::vector<Slot> slots = {{2, 0, {}}})
      : ResidualGroup("counts", 1, static_cast<std::int64_t>(ts.size()), std::move(slots)) {}
  bool has_cost() const override { return true; }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double* p = x + slots()[0].offset(i);
      const double lambda = std::exp(p[0] + std::sin(p[1] * ts[at])), root = std::sqrt(lambda);
      out.residual[0][i - out.begin] = (lambda - counts[at]) / root;
      if (out.cost) out.cost[i - out.begin] = cost_of(std::vector<double>{p[0], p[1]}, ts[at], counts[at]);
      if (!out.jacobian) continue;
      if (out.jacobian[0]) out.jacobian[0][i - out.begin] = root;
      if (out.jacobian[1]) out.jacobian[1][i - out.begin] = root * std::cos(p[1] * ts[at]) * ts[at];
    }
  }
};

/// The whole cost of a Poisson group and ½(p₀ p₁)², for duals.
struct Total {
  template <class X>
  auto operator()(const X& x) const {
    using T = std::remove_cvref_t<decltype(x[0])>;
    const std::vector<T> p(x.begin(), x.end());
    T sum = 0.5 * (p[0] * p[1]) * (p[0] * p[1]);
    for (std::size_t i = 0; i < ts.size(); ++i) sum = sum + cost_of(p, ts[i], counts[i]);
    return sum;
  }
};

Problem poisson_problem(bool scattered) {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.1, 0.7});
  problem.add_group(std::make_unique<Poisson>(
      std::vector<Slot>{{2, 0, scattered ? LargeVector<std::int64_t>(ts.size(), 0) : LargeVector<std::int64_t>{}}}));
  problem.add_residuals(
      "product", [](const auto& q) { return q[0] * q[1]; }, p);
  return problem;
}

}  // namespace

TEST_CASE("a group's own cost: value, gradient and Hessian are those of dual numbers") {
  for (const bool scattered : {false, true}) {
    const Problem problem = poisson_problem(scattered);
    const Program program(problem);
    CHECK(program.has_loss());
    CHECK(program.has_own_cost());
    const auto exact = objective(2, Total{});
    const std::vector<double>& x = problem.start();
    std::vector<double> g(2), H(4), S(4);
    const double value = exact.gradient(x, g);
    exact.hessian(x, H);
    AlignedArray r(program.rows());
    DenseMatrix J(program.rows(), 2);
    CHECK(program.evaluate(x.data(), r.data(), 1) == Approx(value).epsilon(1e-14));
    CHECK(program.evaluate(x.data(), r.data(), J, 1) == Approx(value).epsilon(1e-14));
    program.curvature(x.data(), r.data(), S.data());
    CAPTURE(scattered);
    for (std::int64_t a = 0; a < 2; ++a) {
      double gradient = 0.0;
      for (std::int64_t i = 0; i < program.rows(); ++i) gradient += J(i, a) * r[i];
      CHECK(gradient == Approx(g[static_cast<std::size_t>(a)]).epsilon(1e-13));
      for (std::int64_t b = 0; b < 2; ++b) {
        double entry = S[static_cast<std::size_t>(2 * a + b)];
        for (std::int64_t i = 0; i < program.rows(); ++i) entry += J(i, a) * J(i, b);
        // The group's curvature is by differences.
        CHECK(entry == Approx(H[static_cast<std::size_t>(2 * a + b)]).epsilon(1e-8));
      }
    }
  }
}

TEST_CASE("a group's own cost is no square: without losses Pearson's χ² is left") {
  const Problem problem = poisson_problem(false);
  const Program program(problem);
  AlignedArray r(program.rows());
  DenseMatrix J(program.rows(), 2);
  double squares = 0.0;
  const double half = program.evaluate_without_loss(problem.start().data(), r.data(), J, 1);
  for (std::int64_t i = 0; i < program.rows(); ++i) squares += r[i] * r[i];
  CHECK(half == Approx(0.5 * squares).epsilon(1e-14));
}

TEST_CASE("a group's own cost takes neither a loss nor standard deviations") {
  Poisson group;
  group.set_loss(Loss());
  CHECK_THROWS_WITH_AS(group.set_loss(Loss::huber(1.0)),
                       "residual group 'counts' has a cost of its own and cannot take the loss huber:1; expected none",
                       Error);
  CHECK_THROWS_WITH_AS(group.set_sigma(std::vector<double>(ts.size(), 1.0)),
                       "residual group 'counts' has a cost of its own, which standard deviations mean nothing to; "
                       "expected none",
                       Error);
}

TEST_CASE("a group's own cost: its rows are no derivatives of its residuals, and the check passes them over") {
  const Problem problem = poisson_problem(false);
  const DerivativeCheck check = check_derivatives(problem, problem.start());
  CHECK(check.clean());
  CHECK(check.groups == 1);
  CHECK(check.entries == 2);  // of the product alone
}
