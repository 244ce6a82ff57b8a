// Cameras that share one focal length and distortion.
#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle_terms.hpp>
#include <thalweg/models/reprojection.hpp>
#include <thalweg/problem/derivative_check.hpp>

using namespace thalweg;

namespace {

/// The residual as a user would state it.
struct OfPoseAndLens {
  template <class Pose, class Lens, class Point, class Number>
  auto operator()(const Pose& pose, const Lens& lens, const Point& point, const Number& u, const Number& v) const {
    using T = std::decay_t<decltype(pose[0] + point[0])>;
    Vec<T, 9> camera;
    for (int k = 0; k < 6; ++k) camera[k] = pose[k];
    for (int k = 0; k < 3; ++k) camera[6 + k] = lens[k];
    return Reprojection()(camera, point, u, v);
  }
};

Bundle town() {
  return generate_bundle({.cameras = 12, .points = 200, .observations_per_point = 4.0, .drift = 0.3, .seed = 3});
}

std::vector<std::int32_t> range(std::int32_t first, std::int32_t last) {
  std::vector<std::int32_t> all;
  for (std::int32_t i = first; i <= last; ++i) all.push_back(i);
  return all;
}

/// Everything through the public interface, nothing of the kernel.
Problem by_hand(const Bundle& b, const std::vector<int>& lens_of, int lenses) {
  Problem problem;
  const auto poses = problem.add_parameters("pose", Vec<double, 6>(Vec<double, 6>::Zero()), 12);
  const auto lens = problem.add_parameters("lens", Vec<double, 3>(Vec<double, 3>::Zero()), lenses);
  const auto points =
      problem.add_parameters("point", Vec<double, 3>(Vec<double, 3>::Zero()), static_cast<int>(b.point_count()));
  for (int c = 0; c < 12; ++c) {
    const double* const camera = b.cameras.data() + 9 * c;
    problem.set_start(poses[c], Vec<double, 6>(Eigen::Map<const Vec<double, 6>>(camera)));
    problem.set_start(lens[lens_of[static_cast<std::size_t>(c)]],
                      Vec<double, 3>(Eigen::Map<const Vec<double, 3>>(camera + 6)));
  }
  problem.set_starts(points, b.points);
  std::vector<int> lens_seen;
  for (const std::int32_t c : b.camera_of) lens_seen.push_back(lens_of[static_cast<std::size_t>(c)]);
  problem.add_residuals("seen", OfPoseAndLens{}, poses[{b.camera_of.begin(), b.camera_of.end()}], lens[lens_seen],
                        points[{b.point_of.begin(), b.point_of.end()}], b.u, b.v);
  return problem;
}

struct Values {
  std::vector<double> r, J;
};
Values values(const Problem& problem) {
  const ResidualGroup& group = *problem.groups()[0];
  const auto n = static_cast<std::size_t>(group.items());
  Values all{std::vector<double>(2 * n), std::vector<double>(24 * n)};
  std::vector<double*> arrays;
  for (std::size_t k = 0; k < 2; ++k) arrays.push_back(all.r.data() + k * n);
  for (std::size_t k = 0; k < 24; ++k) arrays.push_back(all.J.data() + k * n);
  group.evaluate(problem.start().data(), {0, group.items(), arrays.data(), arrays.data() + 2});
  return all;
}

}  // namespace

TEST_CASE("shared intrinsics: blocks are numbered as cameras meet them, and cameras of no group have their own") {
  const Bundle b = town();
  const SharedIntrinsics all = share_intrinsics(b, {range(0, 11)});
  CHECK(all.blocks == 1);
  CHECK(all.block_of == std::vector<std::int32_t>(12, 0));
  const SharedIntrinsics some = share_intrinsics(b, {range(6, 8), {1, 11}});
  CHECK(some.block_of == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 8, 1});
  CHECK(some.blocks == 9);
  CHECK_THROWS_WITH_AS(share_intrinsics(b, {{1, 12}}), "there is no camera 12; expected numbers below 12", Error);
  CHECK_THROWS_WITH_AS(share_intrinsics(b, {{1, 2}, {2, 3}}),
                       "camera 2 is in two groups that share intrinsics; expected one", Error);
}

TEST_CASE("shared intrinsics begin at the median of the cameras that see something") {
  Bundle b = town();
  b.cameras.insert(b.cameras.end(), {0, 0, 0, 0, 0, 0, 1e9, 0, 0});  // sees nothing
  const SharedIntrinsics shared = share_intrinsics(b, {{0, 1, 2, 12}});
  std::vector<double> focal = {b.cameras[6], b.cameras[15], b.cameras[24]};
  std::sort(focal.begin(), focal.end());
  const Bundle start = with_shared_start(b, shared);
  for (const std::size_t c : {0, 1, 2, 12}) CHECK(start.cameras[9 * c + 6] == focal[1]);
  CHECK(start.cameras[9 * 3 + 6] == b.cameras[9 * 3 + 6]);
  CHECK_THROWS_WITH_AS(build_problem(b, shared, {}),
                       "camera 1 shares its intrinsics with others and differs from them; expected the same", Error);
  const std::vector<double> x = parameters_of(start, shared);
  CHECK(x.size() == 6 * 13 + 3 * 10 + 600);
  const Bundle back = with_solution(b, shared, x);
  CHECK(back.cameras == start.cameras);
  CHECK(back.points == start.points);
}

TEST_CASE("shared intrinsics: the same residuals, derivatives and minimum as a problem that is made by hand") {
  struct Way {
    std::vector<std::vector<std::int32_t>> groups;
    std::vector<int> lens_of;
    int lenses;
  };
  const std::vector<Way> ways = {{{range(0, 11)}, std::vector<int>(12, 0), 1},
                                 {{range(0, 4), range(5, 11)}, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1}, 2}};
  for (const Way& way : ways) {
    CAPTURE(way.lenses);
    Bundle b = town();
    const SharedIntrinsics shared = share_intrinsics(b, way.groups);
    b = with_shared_start(b, shared);
    const Problem ours = build_problem(b, shared, {}), hand = by_hand(b, way.lens_of, way.lenses);
    REQUIRE(ours.start() == hand.start());
    const Values a = values(ours), c = values(hand);
    for (std::size_t i = 0; i < a.r.size(); ++i) CHECK(a.r[i] == doctest::Approx(c.r[i]).epsilon(1e-10).scale(1.0));
    for (std::size_t i = 0; i < a.J.size(); ++i) CHECK(std::abs(a.J[i] - c.J[i]) <= 1e-9 * (1.0 + std::abs(c.J[i])));
    CHECK(check_derivatives(ours).faults.empty());

    const Options options{.function_tolerance = 1e-14, .max_iterations = 500};
    const Result expected = solve(hand, options);
    CAPTURE(expected.reason);
    REQUIRE(expected.final_cost < expected.initial_cost);
    const auto lens = static_cast<std::size_t>(6 * 12);
    for (const LinearSolverKind kind : {LinearSolverKind::automatic, LinearSolverKind::dense_schur,
                                        LinearSolverKind::sparse_schur, LinearSolverKind::implicit_schur}) {
      CAPTURE(to_string(kind));
      Options own = options;
      own.linear_solver = kind;
      const Result result = solve(ours, own);
      CHECK(result.final_cost == doctest::Approx(expected.final_cost).epsilon(1e-9));
      for (std::size_t k = 0; k < static_cast<std::size_t>(way.lenses); ++k)
        CHECK(result.x[lens + 3 * k] == doctest::Approx(expected.x[lens + 3 * k]).epsilon(1e-6));
    }
    // One focal length fits less than twelve do.
    CHECK(expected.final_cost > solve(build_problem(town()), options).final_cost);
    // With a robust loss, and with fewer threads.
    Problem robust = build_problem(b, shared, {}, Loss::huber(1.0));
    const Result one = solve(robust, {.threads = 1}), two = solve(robust, {.threads = 2});
    CHECK(one.final_cost < expected.final_cost);
    CHECK(one.x == two.x);
  }
}

TEST_CASE("shared intrinsics: one pose is not read with two of them") {
  CHECK_THROWS_WITH_AS(reprojection_group("seen", {0, 0}, {6, 9}, {12, 12}, {1.0, 2.0}, {1.0, 2.0}),
                       "two observations of one pose have different intrinsics; expected the same", Error);
}
