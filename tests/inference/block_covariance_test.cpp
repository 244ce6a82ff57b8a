#include <thalweg/inference/block_covariance.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle_terms.hpp>

using namespace thalweg;

namespace {

/// Distances in the plane between beacons and places, and, where wanted, fixes of some beacons.
struct Range {
  template <class A, class B>
  auto operator()(const A& a, const B& b, double d) const {
    using std::sqrt;
    const auto x = a[0] - b[0], y = a[1] - b[1];
    return sqrt(x * x + y * y) - d;
  }
};

struct Map {
  Problem problem;
  Parameters<2> beacon{0, 2, 0}, place{0, 2, 0}, apart{0, 2, 0};
};

/// `fixes`: beacons whose coordinates were measured. `apart` is a block that nothing else knows.
Map survey(int beacons, int places, int fixes) {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  Map map;
  map.beacon = map.problem.add_parameters("beacon", Vec<double, 2>::Zero().eval(), beacons);
  map.place = map.problem.add_parameters("place", Vec<double, 2>::Zero().eval(), places);
  map.apart = map.problem.add_parameters("apart", Vec<double, 2>{1.0, 2.0});
  std::vector<double> at;
  for (int i = 0; i < 2 * (beacons + places); ++i) at.push_back(3.0 * normal(random));
  map.problem.set_starts(map.beacon, {at.begin(), at.begin() + 2 * beacons});
  map.problem.set_starts(map.place, {at.begin() + 2 * beacons, at.end()});
  std::vector<int> from, to, fixed;
  std::vector<double> distance;
  for (int p = 0; p < places; ++p)
    for (int k = 0; k < 4; ++k) {
      const int b = (p + 3 * k) % beacons;
      from.push_back(b);
      to.push_back(p);
      const auto i = static_cast<std::size_t>(2 * b), j = static_cast<std::size_t>(2 * (beacons + p));
      distance.push_back(std::hypot(at[i] - at[j], at[i + 1] - at[j + 1]) + 0.01 * normal(random));
    }
  map.problem.add_residuals("range", Range{}, map.beacon[from], map.place[to], distance);
  std::vector<double> fx, fy;
  for (int b = 0; b < fixes; ++b) {
    fixed.push_back(b);
    fx.push_back(at[static_cast<std::size_t>(2 * b)]);
    fy.push_back(at[static_cast<std::size_t>(2 * b + 1)]);
  }
  if (fixes > 0)
    map.problem.add_residuals(
        "fix",
        [](const auto& b, double x, double y) { return Vec<std::decay_t<decltype(b[0] - x)>, 2>(b[0] - x, b[1] - y); },
        map.beacon[fixed], fx, fy);
  map.problem.add_residuals(
      "apart", [](const auto& a, double w) { return w * (a[0] - 2.0 * a[1]) + a[1]; }, map.apart,
      std::vector<double>{1.0, 2.0, 4.0});
  return map;
}

/// Columns of the reference that belong to a block without manifold: those of its components.
Eigen::MatrixXd block_of(const FitStatistics& s, std::int64_t offset, int size = 2) {
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(size, size);
  const std::size_t n = s.free.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (s.free[i] >= offset && s.free[i] < offset + size && s.free[j] >= offset && s.free[j] < offset + size)
        m(s.free[i] - offset, s.free[j] - offset) = s.covariance[i * n + j];
  return m;
}

Eigen::Map<const Eigen::MatrixXd> matrix_of(const BlockCovariance& c) {
  REQUIRE(c.matrix.size() == static_cast<std::size_t>(c.dimension) * static_cast<std::size_t>(c.dimension));
  return {c.matrix.data(), c.dimension, c.dimension};
}

std::vector<LinearSolverKind> kinds() {
  return {LinearSolverKind::automatic, LinearSolverKind::dense_schur, LinearSolverKind::sparse_schur,
          LinearSolverKind::sparse_cholesky};
}

}  // namespace

TEST_CASE("covariances of chosen blocks are those of the dense inverse") {
  Map map = survey(12, 60, 4);
  map.problem.fix(map.beacon[5]);
  map.problem.fix(map.place[7], 1);
  const Result result = solve(map.problem);
  REQUIRE(result.converged());
  const FitStatistics dense = statistics(map.problem, result);
  for (const LinearSolverKind kind : kinds()) {
    CAPTURE(to_string(kind));
    const auto found = covariances(map.problem, result, {.linear_solver = kind}, map.beacon[0], map.place[3],
                                   map.beacon[5], map.place[7], map.apart);
    REQUIRE(found.size() == 5);
    const std::int64_t offsets[] = {map.beacon[0].offset(), map.place[3].offset(), map.beacon[5].offset(),
                                    map.place[7].offset(), map.apart.offset()};
    for (std::size_t k = 0; k < 5; ++k) {
      CAPTURE(found[k].block);
      CHECK(found[k].determined);
      const Eigen::MatrixXd expected = block_of(dense, offsets[k]);
      CHECK((matrix_of(found[k]) - expected).norm() <= 1e-7 * expected.norm());
    }
    CHECK(found[1].block == "place[3]");
    CHECK(matrix_of(found[2]).norm() == 0.0);
    CHECK(matrix_of(found[3]).row(1).norm() == 0.0);
    CHECK(found[3](0, 0) > 0.0);
  }
}

TEST_CASE("blocks that a gauge leaves free are named, and the others still given") {
  Map map = survey(12, 60, 0);
  const Result result = solve(map.problem);
  for (const LinearSolverKind kind : kinds()) {
    CAPTURE(to_string(kind));
    const auto found = covariances(map.problem, result, {.linear_solver = kind}, map.beacon[2], map.apart);
    CHECK(!found[0].determined);
    CHECK(found[0].matrix.empty());
    CHECK(found[0].free_components == std::vector<std::string>{"beacon[2][0]", "beacon[2][1]"});
    REQUIRE(found[1].determined);
    CHECK(found[1](0, 0) > 0.0);
    CHECK(found[1](0, 1) == found[1](1, 0));
  }
}

TEST_CASE("what cannot have a covariance is refused") {
  const Map map = survey(12, 60, 4);
  const std::vector<double>& x = map.problem.start();
  CHECK_THROWS_WITH_AS(block_covariances(map.problem, x, {1}), "no parameter block begins at number 1 of x", Error);
  CHECK_THROWS_WITH_AS(block_covariances(map.problem, x, {0}, {.linear_solver = LinearSolverKind::dense_qr}),
                       "covariances of blocks by dense-qr; expected auto or a sparse linear solver", Error);
  CHECK_THROWS_WITH_AS(block_covariances(map.problem, {1.0}, {0}), "a point of 1 numbers; expected 146", Error);
}

TEST_CASE("covariances of intrinsics that cameras share, where priors tie the world") {
  Bundle b = generate_bundle({.cameras = 4, .points = 30, .drift = 0.2, .seed = 3});
  const SharedIntrinsics shared = share_intrinsics(b, {{0, 1, 2, 3}});
  b = with_shared_start(b, shared);
  BundlePriors priors;
  for (std::int32_t c = 0; c < 4; ++c) priors.cameras.push_back({c, centre_of(b, c), {0.1, 0.1, 0.2}});
  const Problem problem = build_problem(b, shared, priors);
  const Result result = solve(problem, {.function_tolerance = 1e-14});
  const FitStatistics dense = statistics(problem, result);
  for (const LinearSolverKind kind : kinds()) {
    CAPTURE(to_string(kind));
    const auto found = block_covariances(problem, result.x, {24, 6, 24 + 3 + 3 * 7}, {.linear_solver = kind});
    for (const BlockCovariance& c : found) CHECK(c.determined);
    CHECK(found[0].block == "intrinsics");
    CHECK(found[1].block == "pose[1]");
    CHECK(found[2].block == "point[7]");
    const std::int64_t offsets[] = {24, 6, 48};
    for (std::size_t k = 0; k < 3; ++k) {
      const Eigen::MatrixXd expected = block_of(dense, offsets[k], found[k].dimension);
      CHECK((matrix_of(found[k]) - expected).norm() <= 1e-5 * expected.norm());
    }
  }
}
