#include "peers/ceres_bundle.hpp"

#include <ceres/ceres.h>
#include <glog/logging.h>

namespace ceres {
/// The conditional of thalweg's callables, for Ceres's duals.
template <class T, int N>
Jet<T, N> select(bool condition, const Jet<T, N>& a, const Jet<T, N>& b) {
  return condition ? a : b;
}
}  // namespace ceres

#include <thalweg/models/reprojection.hpp>
#include <thalweg/problem/problem.hpp>

#include "peers/ceres_recorder.hpp"

namespace versus {
namespace {

struct Cost {
  double u, v;
  template <class T>
  bool operator()(const T* camera, const T* point, T* residual) const {
    const Eigen::Map<const Eigen::Matrix<T, 9, 1>> c(camera);
    const Eigen::Map<const Eigen::Matrix<T, 3, 1>> p(point);
    const auto r = thalweg::Reprojection()(c, p, u, v);
    residual[0] = r[0];
    residual[1] = r[1];
    return true;
  }
};

}  // namespace

Descent ceres_bundle(const thalweg::Bundle& bundle, CeresSchur kind, int threads, const DescentLimits& limits) {
  FLAGS_minloglevel = google::GLOG_FATAL;
  hold_openmp();
  std::vector<double> cameras = bundle.cameras, points = bundle.points;
  ceres::Problem problem;
  auto* ordering = new ceres::ParameterBlockOrdering;
  for (std::size_t i = 0; i < bundle.u.size(); ++i)
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Cost, 2, 9, 3>(new Cost{bundle.u[i], bundle.v[i]}),
                             nullptr, &cameras[9 * static_cast<std::size_t>(bundle.camera_of[i])],
                             &points[3 * static_cast<std::size_t>(bundle.point_of[i])]);
  for (std::size_t j = 0; j < points.size(); j += 3)
    if (problem.HasParameterBlock(&points[j])) ordering->AddElementToGroup(&points[j], 0);
  for (std::size_t c = 0; c < cameras.size(); c += 9)
    if (problem.HasParameterBlock(&cameras[c])) ordering->AddElementToGroup(&cameras[c], 1);

  ceres::Solver::Options options;
  options.linear_solver_ordering.reset(ordering);
  options.linear_solver_type = kind == CeresSchur::dense    ? ceres::DENSE_SCHUR
                               : kind == CeresSchur::sparse ? ceres::SPARSE_SCHUR
                                                            : ceres::ITERATIVE_SCHUR;
  if (kind == CeresSchur::iterative) options.preconditioner_type = ceres::SCHUR_JACOBI;
  options.num_threads = threads;
  options.max_num_iterations = limits.max_iterations;
  options.function_tolerance = options.gradient_tolerance = options.parameter_tolerance = 1e-16;
  options.logging_type = ceres::SILENT;

  Descent descent;
  descent.solver = "Ceres";
  descent.setting = kind == CeresSchur::dense    ? "dense Schur"
                    : kind == CeresSchur::sparse ? "sparse Schur"
                                                 : "iterative Schur";
  descent.threads = threads;
  Recorder recorder(descent, limits);
  options.callbacks.push_back(&recorder);
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return descent;
}

}  // namespace versus
