// Bundle adjustment beside Ceres, whose residual is written down anew here: a second way to the model and to the
// optimum.
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle.hpp>

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
