// What block systems claim is verified, and restarted, as what dense ones claim.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

namespace {

using Kind = LinearSolverKind;

const std::vector<double> five = {1, 2, 3, 4, -1}, measured = {2.9, 1.2, 0.1, -1.0, 4.5};

/// Fits f(a, b, x, y) of two blocks by blocks of JᵀJ.
template <class F, class A, class B>
Result fit(F f, const A& a, const B& b, const std::vector<double>& x, const std::vector<double>& y,
           Options options = {}) {
  Problem problem;
  const auto first = problem.add_parameters("a", a);
  const auto second = problem.add_parameters("b", b);
  problem.add_residuals("f", f, first, second, x, y);
  options.linear_solver = Kind::sparse_cholesky;
  return solve(problem, options);
}

using One = Vec<double, 1>;

}  // namespace

TEST_CASE("by blocks: a parameter on its way to infinity is not a minimum") {
  const auto never_converged = [](auto f) {
    const Result result = fit(f, One(1.0), One(1.0), five, measured);
    CAPTURE(result.reason);
    CHECK(result.linear_solver == "sparse-cholesky");
    CHECK(result.status != Status::converged);
  };
  never_converged([](const auto& a, const auto& b, double x, double y) { return a[0] + exp(b[0]) * x - y; });
  never_converged([](const auto& a, const auto& b, double x, double y) { return a[0] + x / (1.0 + exp(b[0])) - y; });
}

TEST_CASE("by blocks: a plateau of the logistic curve is left by a restart") {
  std::vector<double> x, y;
  for (int i = 1; i < 50; ++i) {
    x.push_back(0.1 * i);
    y.push_back(3.0 / (1.0 + std::exp(-1.5 * (x.back() - 2.5))) + 0.05 * std::sin(37.0 * x.back() * x.back()));
  }
  const auto logistic = [](const auto& a, const auto& b, double xi, double yi) {
    return a[0] / (1.0 + exp(-b[0] * (xi - b[1]))) - yi;
  };
  const Result alone = fit(logistic, One(1.3), Vec<double, 2>(-1.67, 3.79), x, y, {.restarts = 0});
  CAPTURE(alone.reason);
  CHECK(alone.status != Status::converged);
  const Result result = fit(logistic, One(1.3), Vec<double, 2>(-1.67, 3.79), x, y);
  CAPTURE(result.reason);
  CHECK(result.status == Status::converged);
  CHECK(2.0 * result.final_cost < 0.1);
}

TEST_CASE("by blocks: where every residual is beyond the reach of the loss nothing is claimed to be found") {
  Problem problem;
  const auto a = problem.add_parameters("a", One(0.0)), b = problem.add_parameters("b", One(0.0));
  auto& group = problem.add_residuals(
      "f", [](const auto& p, const auto& q, double x, double y) { return p[0] + q[0] * x - y; }, a, b, five,
      std::vector<double>{101, 102, 103, 104, 99});
  group.set_loss(Loss::tukey(1.0));
  Options options;
  options.linear_solver = Kind::sparse_cholesky;
  const Result result = solve(problem, options);
  CAPTURE(result.reason);
  CHECK(result.status == Status::stalled);
}

TEST_CASE("by blocks: a minimum at a kink is one, and named") {
  // |a − 2| + 1 and (b − 1)²: no step along a lowers the cost at 2, whatever the derivative says.
  const auto kinked = [](const auto& a, const auto& b, double x, double) {
    using std::abs;
    return x > 0.0 ? abs(a[0] - 2.0) + 1.0 : b[0] - 1.0;
  };
  const Result result = fit(kinked, One(0.7), One(3.0), {1.0, -1.0}, {0.0, 0.0});
  CAPTURE(result.reason);
  CHECK(result.status == Status::converged);
  CHECK(std::abs(result.x[0] - 2.0) < 1e-6);
  CHECK(std::abs(result.x[1] - 1.0) < 1e-6);
  CHECK(result.at_kink == std::vector<std::int64_t>{0});
}
