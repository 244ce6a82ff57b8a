// Bundle adjustment beside Ceres, whose residual is written down anew here: a second way to the model and to the
// optimum.
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/bundle_terms.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <ceres/ceres.h>
#include <ceres/rotation.h>
#include <glog/logging.h>

#include <doctest/doctest.h>

using namespace thalweg;

namespace {

struct Seen {
  double u, v;
  template <class T>
  bool operator()(const T* camera, const T* point, T* residual) const {
    T P[3];
    ceres::AngleAxisRotatePoint(camera, point, P);
    for (int k = 0; k < 3; ++k) P[k] += camera[3 + k];
    const T x = -P[0] / P[2], y = -P[1] / P[2], n = x * x + y * y;
    const T scale = camera[6] * (T(1) + camera[7] * n + camera[8] * n * n);
    residual[0] = scale * x - u;
    residual[1] = scale * y - v;
    return true;
  }
};

double by_ceres(const Bundle& bundle, ceres::LossFunction* loss) {
  FLAGS_minloglevel = google::GLOG_FATAL;
  std::vector<double> cameras = bundle.cameras, points = bundle.points;
  ceres::Problem::Options keep;
  keep.loss_function_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
  ceres::Problem problem(keep);
  for (std::size_t i = 0; i < bundle.u.size(); ++i)
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Seen, 2, 9, 3>(new Seen{bundle.u[i], bundle.v[i]}), loss,
                             &cameras[9 * static_cast<std::size_t>(bundle.camera_of[i])],
                             &points[3 * static_cast<std::size_t>(bundle.point_of[i])]);
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_SCHUR;
  options.max_num_iterations = 2000;
  options.function_tolerance = 1e-14;
  options.gradient_tolerance = options.parameter_tolerance = 1e-16;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return summary.final_cost;
}

Bundle small_town() {
  return generate_bundle({.cameras = 12, .points = 250, .observations_per_point = 5.0, .drift = 0.3, .seed = 3});
}

void check_cost(const Bundle& bundle, const Loss& loss, ceres::LossFunction* same) {
  const double expected = by_ceres(bundle, same);
  const Problem problem = build_problem(bundle, loss);
  const std::vector<LinearSolverKind> kinds = {LinearSolverKind::automatic, LinearSolverKind::implicit_schur,
                                               LinearSolverKind::sparse_schur};
  for (const LinearSolverKind kind : kinds) {
    CAPTURE(to_string(kind));
    const Result result =
        solve(problem, {.linear_solver = kind, .function_tolerance = 1e-14, .max_iterations = 500, .threads = 1});
    CAPTURE(result.reason);
    CAPTURE(result.iterations);
    CHECK(result.final_cost == doctest::Approx(expected).epsilon(1e-8));
  }
}

}  // namespace

TEST_CASE("a bundle adjustment ends at Ceres's cost") { check_cost(small_town(), {}, nullptr); }

TEST_CASE("and with robust losses, where some observations are wrong") {
  // Every point is seen often enough to outvote a wrong observation; else the minimum is at the end of a long valley.
  Bundle bundle =
      generate_bundle({.cameras = 24, .points = 200, .observations_per_point = 6.0, .drift = 0.3, .seed = 5});
  std::vector<int> seen(static_cast<std::size_t>(bundle.point_count()));
  for (const std::int32_t p : bundle.point_of) ++seen[static_cast<std::size_t>(p)];
  int wrong = 0;
  for (std::size_t i = 0; i < bundle.u.size(); i += 37)
    if (seen[static_cast<std::size_t>(bundle.point_of[i])] >= 6) {
      bundle.u[i] += 40.0;
      ++wrong;
    }
  REQUIRE(wrong > 5);
  ceres::HuberLoss huber(1.0);
  check_cost(bundle, Loss::huber(1.0), &huber);
  ceres::SoftLOneLoss soft(2.0);
  check_cost(bundle, Loss::soft_l1(2.0), &soft);
}

namespace {

/// The same residual of a pose and a lens of its own.
struct SeenByLens {
  Seen seen;
  template <class T>
  bool operator()(const T* pose, const T* lens, const T* point, T* residual) const {
    const T camera[9] = {pose[0], pose[1], pose[2], pose[3], pose[4], pose[5], lens[0], lens[1], lens[2]};
    return seen(camera, point, residual);
  }
};

struct Lenses {
  double cost;
  std::vector<double> lens;  // three numbers each
};
/// `lens_of`: of each camera its block. No focal length goes below `least_focal`.
Lenses by_ceres(const Bundle& bundle, const std::vector<std::int32_t>& lens_of, std::size_t lenses,
                double least_focal) {
  std::vector<double> poses(bundle.cameras.size()), lens(3 * lenses), points = bundle.points;
  ceres::Problem problem;
  for (std::size_t c = 0; c < lens_of.size(); ++c) {
    std::copy_n(bundle.cameras.begin() + static_cast<std::ptrdiff_t>(9 * c), 6,
                poses.begin() + static_cast<std::ptrdiff_t>(6 * c));
    std::copy_n(bundle.cameras.begin() + static_cast<std::ptrdiff_t>(9 * c + 6), 3,
                lens.begin() + static_cast<std::ptrdiff_t>(3 * lens_of[c]));
  }
  for (std::size_t k = 0; k < lenses; ++k) lens[3 * k] = std::max(lens[3 * k], least_focal);
  for (std::size_t i = 0; i < bundle.u.size(); ++i) {
    const auto c = static_cast<std::size_t>(bundle.camera_of[i]);
    problem.AddResidualBlock(
        new ceres::AutoDiffCostFunction<SeenByLens, 2, 6, 3, 3>(new SeenByLens{{bundle.u[i], bundle.v[i]}}), nullptr,
        &poses[6 * c], &lens[3 * static_cast<std::size_t>(lens_of[c])],
        &points[3 * static_cast<std::size_t>(bundle.point_of[i])]);
  }
  for (std::size_t k = 0; k < lenses; ++k) problem.SetParameterLowerBound(&lens[3 * k], 0, least_focal);
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_SCHUR;
  options.max_num_iterations = 2000;
  options.function_tolerance = 1e-16;
  options.gradient_tolerance = options.parameter_tolerance = 1e-16;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return {summary.final_cost, lens};
}

}  // namespace

TEST_CASE("cameras that share intrinsics end at Ceres's cost and focal lengths") {
  Bundle bundle = small_town();
  const SharedIntrinsics shared = share_intrinsics(bundle, {{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}});
  bundle = with_shared_start(bundle, shared);
  const Lenses expected = by_ceres(bundle, shared.block_of, 2, 1.0);
  const Result result = solve(build_problem(bundle, shared, {}), {.function_tolerance = 1e-15, .max_iterations = 500});
  CHECK(result.final_cost == doctest::Approx(expected.cost).epsilon(1e-8));
  for (std::size_t k = 0; k < 2; ++k)
    CHECK(result.x[72 + 3 * k] == doctest::Approx(expected.lens[3 * k]).epsilon(1e-8));
}

// From the start of the bundle Ceres 2.1 ends at a higher cost, which is why it starts at our minimum, too.
TEST_CASE("focal lengths with bounds end where Ceres finds no lower cost and the same focal lengths") {
  const Bundle bundle = small_town();
  std::vector<std::int32_t> own;
  for (std::int32_t c = 0; c < 12; ++c) own.push_back(c);
  for (const double least : {740.0, 780.0}) {
    CAPTURE(least);
    const auto solved = [&](const Bundle& start) {
      Problem problem = build_problem(start);
      for (int c = 0; c < 12; ++c) problem.set_bounds(Parameters<9>(0, 9, 12)[c], 6, least, 1e9);
      return solve(problem, {.function_tolerance = 1e-15, .max_iterations = 500});
    };
    const Result result = solved(bundle);
    const Lenses there = by_ceres(with_solution(bundle, result.x), own, 12, least);
    CHECK(result.final_cost == doctest::Approx(there.cost).epsilon(1e-8));
    CHECK(result.final_cost <= by_ceres(bundle, own, 12, least).cost * (1.0 + 1e-8));
    int at_bound = 0;
    for (std::size_t c = 0; c < 12; ++c) {
      CHECK(result.x[9 * c + 6] == doctest::Approx(there.lens[3 * c]).epsilon(1e-8));
      at_bound += result.x[9 * c + 6] == least;
    }
    CHECK(at_bound > 0);
    CHECK(at_bound < 12);
  }
}
