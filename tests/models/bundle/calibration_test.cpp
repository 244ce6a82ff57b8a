// Calibration from views of a known target: every view has a pose of six numbers, which a Schur complement eliminates.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/models/reprojection.hpp>

using namespace thalweg;

namespace {

/// A corner of a board in the plane z = 0, seen by a camera of shared f, k₁, k₂.
struct Corner {
  template <class Pose, class Lens, class Number>
  auto operator()(const Pose& pose, const Lens& lens, const Number& x, const Number& y, const Number& u,
                  const Number& v) const {
    using T = std::decay_t<decltype(pose[0] + lens[0])>;
    Vec<T, 9> camera;
    for (int k = 0; k < 6; ++k) camera[k] = pose[k];
    for (int k = 0; k < 3; ++k) camera[6 + k] = lens[k];
    const Vec<T, 3> corner(T(0.0) + x, T(0.0) + y, T(0.0));
    return Reprojection()(camera, corner, u, v);
  }
};

constexpr int views = 60;

/// Views of a board of 6 by 5 corners from here and there, with noise of 0.3 pixels.
Problem calibration() {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Problem problem;
  const auto poses = problem.add_parameters("view", Vec<double, 6>(Vec<double, 6>::Zero()), views);
  const auto lens = problem.add_parameters("lens", Vec<double, 3>(750.0, 0.0, 0.0));
  std::vector<int> view;
  std::vector<double> x, y, u, v;
  for (int i = 0; i < views; ++i) {
    Vec<double, 9> camera;
    for (int k = 0; k < 3; ++k) camera[k] = 0.4 * normal(random);
    camera.segment<3>(3) = Vec<double, 3>(0.3 * normal(random), 0.3 * normal(random), -6.0 + 0.5 * normal(random));
    camera.tail<3>() = Vec<double, 3>(800.0, -0.1, 0.02);
    Vec<double, 6> start = camera.head<6>();
    for (int k = 0; k < 6; ++k) start[k] += 0.02 * normal(random);
    problem.set_start(poses[i], start);
    for (int a = 0; a < 6; ++a)
      for (int b = 0; b < 5; ++b) {
        view.push_back(i);
        x.push_back(0.5 * (a - 2.5));
        y.push_back(0.5 * (b - 2.0));
        const Vec<double, 2> seen = Reprojection()(camera, Vec<double, 3>(x.back(), y.back(), 0.0), 0.0, 0.0);
        u.push_back(seen[0] + 0.3 * normal(random));
        v.push_back(seen[1] + 0.3 * normal(random));
      }
  }
  problem.add_residuals("corner", Corner{}, poses[view], lens, x, y, u, v);
  return problem;
}

}  // namespace

TEST_CASE("poses of six numbers are found and eliminated, and the minimum is that of the whole system") {
  const Problem problem = calibration();
  const SolvePlan plan = plan_solve(problem, {});
  CHECK(plan.reason.find("60 eliminated blocks leave") != std::string::npos);
  const auto solved = [&](LinearSolverKind kind) {
    return solve(problem, {.linear_solver = kind, .function_tolerance = 1e-15});
  };
  const Result expected = solved(LinearSolverKind::dense_qr);
  REQUIRE(expected.converged());
  CHECK(expected.x[6 * views] == doctest::Approx(800.0).epsilon(1e-3));
  for (const LinearSolverKind kind :
       {LinearSolverKind::automatic, LinearSolverKind::dense_schur, LinearSolverKind::sparse_schur,
        LinearSolverKind::implicit_schur, LinearSolverKind::sparse_cholesky}) {
    CAPTURE(to_string(kind));
    const Result result = solved(kind);
    CHECK(result.converged());
    CHECK(result.final_cost == doctest::Approx(expected.final_cost).epsilon(1e-12));
    for (std::size_t i = 0; i < result.x.size(); ++i)
      CHECK(result.x[i] == doctest::Approx(expected.x[i]).epsilon(1e-7).scale(1.0));
  }
  // The first step is the same, to rounding.
  const auto one_step = [&](LinearSolverKind kind) {
    return solve(problem, {.linear_solver = kind, .max_iterations = 1, .threads = 1}).x;
  };
  const std::vector<double> with = one_step(LinearSolverKind::dense_schur),
                            without = one_step(LinearSolverKind::sparse_cholesky);
  const std::vector<double> start = problem.start();
  double length = 0.0, apart = 0.0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    length = std::max(length, std::abs(without[i] - start[i]));
    apart = std::max(apart, std::abs(with[i] - without[i]));
  }
  CHECK(length > 0.0);
  CHECK(apart <= 1e-9 * length);
}
