// A solver that goes on with new data of the same shape.
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <support/count_allocations.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/poisson_residuals.hpp>
#include <thalweg/problem/problem.hpp>

using namespace thalweg;
using test::allocations;
using test::can_count_allocations;

namespace {

/// a exp(−bt) with deterministic errors.
struct Data {
  Data(double a, double b, int rows = 40) {
    for (int i = 0; i < rows; ++i) {
      t.push_back(0.1 * i);
      y.push_back(a * std::exp(-b * t.back()) + 0.01 * std::sin(7.0 * i + a));
      sigma.push_back(0.01 + 0.001 * ((i + static_cast<int>(a)) % 5));
    }
  }
  std::vector<double> t, y, sigma;
};

ResidualGroup& add_decay(Problem& problem, const Data& data) {
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 1.0});
  return problem.add_residuals(
      "decay", [](const auto& q, double t, double y) { return q[0] * exp(-q[1] * t) - y; }, p, data.t, data.y);
}

void expect_same(const Result& a, const Result& b) {
  CHECK(a.status == b.status);
  CHECK(a.x == b.x);
  CHECK(a.final_cost == b.final_cost);
  CHECK(a.iterations == b.iterations);
}

/// Many points that each have a block, seen against a few others: a problem in blocks, with blocks to eliminate.
struct Blocks {
  explicit Blocks(double shift) {
    for (int i = 0; i < points; ++i)
      for (int k = 0; k < 3; ++k) {
        const int c = (i + 7 * k) % cameras;
        point_of.push_back(i);
        camera_of.push_back(c);
        seen.push_back(std::sin(0.3 * i + shift) * (1.0 + 0.1 * c) + 0.01 * std::cos(5.0 * i + k));
        sigma.push_back(0.5 + 0.1 * ((i + k + static_cast<int>(10.0 * shift)) % 4));
      }
  }
  ResidualGroup& add_to(Problem& problem) const {
    const auto c = problem.add_parameters("c", Vec<double, 1>{1.0}, cameras);
    const auto p = problem.add_parameters("p", Vec<double, 1>{0.5}, points);
    problem.fix(c[0]);
    return problem.add_residuals(
        "seen", [](const auto& a, const auto& b, double v) { return a[0] * b[0] + 0.1 * b[0] * b[0] * b[0] - v; },
        c[camera_of], p[point_of], seen);
  }
  static constexpr int points = 400, cameras = 12;
  std::vector<int> point_of, camera_of;
  std::vector<double> seen, sigma;
};

}  // namespace

TEST_CASE("new data: the same bits as a fresh solve of them") {
  const Data first(3.0, 0.7), second(5.0, 1.3);
  Problem problem;
  ResidualGroup& group = add_decay(problem, first);
  group.set_sigma(first.sigma);
  Solver solver(problem);
  const Result before = solver.solve();
  REQUIRE(before.converged());
  group.set_data(second.t, second.y);
  group.set_sigma(second.sigma);
  const Result found = solver.solve();
  Problem other;
  add_decay(other, second).set_sigma(second.sigma);
  expect_same(found, solve(other));
  CHECK(std::abs(found.x[0] - 5.0) < 0.1);

  group.set_data(first.t, first.y);
  group.set_sigma(first.sigma);
  expect_same(solver.solve(), before);
}

TEST_CASE("new data: items that were put in another order for elimination") {
  const Blocks first(0.0), second(0.4);
  Problem problem;
  ResidualGroup& group = first.add_to(problem);
  group.set_sigma(first.sigma);
  Solver solver(problem);
  const Result before = solver.solve();
  REQUIRE(before.converged());
  REQUIRE(before.linear_solver.find("schur") != std::string::npos);
  group.set_data(second.seen);
  group.set_sigma(second.sigma);
  const Result found = solver.solve();
  Problem other;
  second.add_to(other).set_sigma(second.sigma);
  expect_same(found, solve(other));
  CHECK(found.x != before.x);

  // Another linear solver puts them in another order again.
  group.set_data(first.seen);
  group.set_sigma(first.sigma);
  Problem fresh;
  first.add_to(fresh).set_sigma(first.sigma);
  const Options by_gradients = {.linear_solver = LinearSolverKind::iterative_schur};
  expect_same(solver.solve(by_gradients), solve(fresh, by_gradients));
}

TEST_CASE("new data: taking them allocates nothing, and a solve no more than one of the old data") {
  if (!can_count_allocations()) return;
  const Data first(3.0, 0.7), second(3.0, 0.7);
  Problem problem;
  ResidualGroup& group = add_decay(problem, first);
  group.set_sigma(first.sigma);
  Solver solver(problem);
  solver.solve();
  std::int64_t begin = allocations();
  solver.solve();
  // The result (x, trace, sentences), the strategy, and vectors of the start and of verification.
  const std::int64_t of_old = allocations() - begin;
  begin = allocations();
  group.set_data(second.t, second.y);
  group.set_sigma(second.sigma);
  CHECK(allocations() - begin == 0);
  begin = allocations();
  solver.solve();
  CHECK(allocations() - begin <= of_old);

  const Blocks scene(0.0);
  Problem blocks;
  ResidualGroup& seen = scene.add_to(blocks);
  seen.set_sigma(scene.sigma);
  Solver block_solver(blocks);
  block_solver.solve();
  begin = allocations();
  block_solver.solve();
  const std::int64_t of_old_blocks = allocations() - begin;
  seen.set_data(scene.seen);
  seen.set_sigma(scene.sigma);
  begin = allocations();
  block_solver.solve();
  CHECK(allocations() - begin <= of_old_blocks);
}

TEST_CASE("new data: another shape is refused, and the data stay") {
  const Data data(3.0, 0.7), shorter(3.0, 0.7, 39);
  Problem problem;
  ResidualGroup& group = add_decay(problem, data);
  Solver solver(problem);
  const Result before = solver.solve();
  CHECK_THROWS_WITH_AS(group.set_data(data.t),
                       "residual group 'decay' has 2 data columns, but 1 are given; expected as many", Error);
  CHECK_THROWS_WITH_AS(
      group.set_data(data.t, shorter.y),
      "data column 1 of residual group 'decay' is given with 39 elements; expected 40, as many as it has", Error);
  const std::vector<float> single(40, 1.0f);
  CHECK_THROWS_WITH_AS(
      group.set_data(single, data.y),
      "data column 0 of residual group 'decay' is given with elements of another type; expected the type that it has",
      Error);
  expect_same(solver.solve(), before);

  Problem counts;
  const auto p = counts.add_parameters("p", Vec<double, 1>{1.0});
  Problem inner;
  const auto q = inner.add_parameters("p", Vec<double, 1>{1.0});
  (void)p;
  auto& rate = inner.add_residuals(
      "rate", [](const auto& x, double y) { return x[0] - y; }, q, std::vector<double>{1.0, 2.0});
  PoissonResiduals poisson(rate.reordered(std::vector<std::int64_t>{0, 1}), {1.0, 2.0});
  CHECK_THROWS_WITH_AS(poisson.set_data(std::vector<double>{1.0, 2.0}),
                       "residual group 'rate' has no data columns that could be replaced; expected a group of "
                       "add_residuals or of a formula",
                       Error);
}
