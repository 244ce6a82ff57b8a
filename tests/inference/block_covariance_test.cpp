#include <thalweg/inference/block_covariance.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <support/covariance_scene.hpp>
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
    CHECK(std::isnan(found[0](0, 0)));
    CHECK(std::isnan(found[0](1, 0)));
    CHECK(found[0].reason.starts_with("the residuals leave a common change of beacon[2] and "));
    CHECK(found[0].free_components == std::vector<std::string>{"beacon[2][0]", "beacon[2][1]"});
    REQUIRE(found[1].determined);
    CHECK(found[1].reason.empty());
    CHECK(found[1](0, 0) > 0.0);
    CHECK(found[1](0, 1) == found[1](1, 0));
  }
}

using covariance_scene::exact_variances;
using covariance_scene::Scene;
using covariance_scene::scene;

TEST_CASE("blocks are as determined as in long double, points of nearly parallel rays among them") {
  constexpr int cameras = 30, points = 60;
  for (const unsigned seed : {1U, 2U}) {
    CAPTURE(seed);
    const Scene s = scene(seed, cameras, points, 50, false, 0.0);
    const auto expected = exact_variances(s, cameras, points);
    std::vector<std::int64_t> offsets;
    for (int c = 0; c < cameras; ++c) offsets.push_back(s.camera[c].offset());
    for (int p = 0; p < points; ++p) offsets.push_back(s.point[p].offset());
    for (const LinearSolverKind kind : kinds()) {
      CAPTURE(to_string(kind));
      const auto found = block_covariances(s.problem, s.problem.start(), offsets, {.linear_solver = kind});
      Eigen::Index first = 0;
      for (const BlockCovariance& c : found) {
        CAPTURE(c.block);
        REQUIRE(c.determined);
        for (int i = 0; i < c.dimension; ++i)
          CHECK(c(i, i) == doctest::Approx(static_cast<double>(expected[first + i])).epsilon(1e-6));
        first += c.dimension;
      }
    }
  }
}

TEST_CASE("a prior, however weak, makes no variance larger, and frees what it alone determines") {
  const Scene without = scene(3, 20, 40, 35, false, 0.0);
  const std::vector<std::int64_t> offsets = {without.camera[0].offset(), without.camera[7].offset(),
                                             without.point[39].offset()};
  const auto before = block_covariances(without.problem, without.problem.start(), offsets);
  for (const double weight : {1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-3, 1.0}) {
    CAPTURE(weight);
    const Scene with = scene(3, 20, 40, 35, false, weight);
    const auto after = block_covariances(with.problem, with.problem.start(), offsets);
    for (std::size_t k = 0; k < offsets.size(); ++k)
      for (int i = 0; i < after[k].dimension; ++i) CHECK(after[k](i, i) <= before[k](i, i) * (1.0 + 1e-7));
  }
  // A gauge of one direction: the prior alone says where everything is, to 1 / weight.
  const auto fixed = [](double weight) {
    Scene s = scene(4, 20, 40, 40, true, weight);
    s.problem.fix(s.camera[0], 1);
    return block_covariances(s.problem, s.problem.start(), {s.camera[3].offset()});
  };
  CHECK(!fixed(0.0)[0].determined);
  for (const double weight : {1e-9, 1e-6, 1e-3, 1.0}) {
    CAPTURE(weight);
    const auto c = fixed(weight);
    REQUIRE(c[0].determined);
    CHECK(c[0](0, 0) * weight * weight >= 1.0 - 1e-6);
    CHECK(c[0](0, 0) * weight * weight <= 1.0 + 1e-6 + 100.0 * weight * weight);
  }
}

TEST_CASE("the covariance of the end of a long chain is the sum of its steps'") {
  Problem problem;
  problem.set_noise(Noise::known);
  constexpr int n = 3000;
  const auto place = problem.add_parameters("place", Vec<double, 1>::Zero().eval(), n);
  std::vector<int> a, b;
  for (int i = 0; i + 1 < n; ++i) {
    a.push_back(i);
    b.push_back(i + 1);
  }
  const auto step = [](const auto& p, const auto& q) { return q[0] - p[0] - 1.0; };
  problem.add_residuals("step", step, place[a], place[b]);
  problem.fix(place[0]);
  const auto found = block_covariances(problem, problem.start(), {place[1].offset(), place[n - 1].offset()}, {});
  CHECK(found[0](0, 0) == doctest::Approx(1.0).epsilon(1e-8));
  CHECK(found[1](0, 0) == doctest::Approx(n - 1.0).epsilon(1e-8));
}

TEST_CASE("a component at its bound counts as fixed, one within does not") {
  Map map = survey(12, 60, 4), held = survey(12, 60, 4);
  const double x = map.problem.start()[static_cast<std::size_t>(map.place[3].offset())];
  map.problem.set_bounds(map.place[3], 0, x, x + 5.0);
  map.problem.set_bounds(map.place[6], 0, -100.0, 100.0);
  held.problem.fix(held.place[3], 0);
  const std::vector<std::int64_t> offsets = {map.beacon[0].offset(), map.place[3].offset(), map.place[6].offset()};
  const auto bounded = block_covariances(map.problem, map.problem.start(), offsets);
  const auto fixed = block_covariances(held.problem, held.problem.start(), offsets);
  for (std::size_t k = 0; k < offsets.size(); ++k)
    CHECK((matrix_of(bounded[k]) - matrix_of(fixed[k])).norm() <= 1e-9 * matrix_of(fixed[k]).norm());
  CHECK(bounded[1](0, 0) == 0.0);
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
