#include "peers/ceres_graph.hpp"

#include <stdexcept>

#include <ceres/ceres.h>
#include <glog/logging.h>

#include <models/pose_graph/information.hpp>
#include <thalweg/models/relative_pose.hpp>
#include <thalweg/problem/problem.hpp>

#include "peers/ceres_recorder.hpp"

namespace versus {
namespace {

using thalweg::PoseGraph;

template <class Model, class Edge, int N, int Pose>
struct Cost {
  Edge edge;
  template <class T>
  bool operator()(const T* a, const T* b, T* residual) const {
    Eigen::Map<Eigen::Matrix<T, N, 1>>(residual, N) = Model{}(a, b, edge);
    return true;
  }
  static ceres::CostFunction* make(const PoseGraph& g, std::size_t e) {
    constexpr std::size_t numbers = N * (N + 1) / 2;
    Edge edge;
    std::copy_n(g.edges.measurement.data() + Pose * e, Pose, edge.measurement.data());
    if (!thalweg::graph::square_root(N, g.edges.information.data() + numbers * e, edge.root.data()))
      throw std::runtime_error("an information matrix is not positive definite");
    return new ceres::AutoDiffCostFunction<Cost, N, Pose, Pose>(new Cost{edge});
  }
};
using PlaneCost = Cost<thalweg::RelativePosePlane, thalweg::PlaneEdge, 3, 3>;
using SpaceCost = Cost<thalweg::RelativePoseSpace, thalweg::SpaceEdge, 6, 7>;

}  // namespace

Descent ceres_graph(PoseGraph g, CeresSparse library, bool wide, int threads, const DescentLimits& limits) {
  if (g.sightings.count() > 0) throw std::runtime_error("graphs with landmarks are not raced");
  FLAGS_minloglevel = google::GLOG_FATAL;
  hold_openmp();
  Descent descent;
  descent.solver = "Ceres";
  descent.setting = library == CeresSparse::suite_sparse ? "SuiteSparse" : "Eigen";
  descent.threads = threads;
  Recorder recorder(descent, limits);
  const bool plane = g.kind == PoseGraph::Kind::se2;
  const int size = g.pose_size();
  const auto pose = [&](std::int64_t i) { return g.poses.data() + size * i; };
  ceres::Problem problem;
  for (std::int64_t i = 0; i < g.pose_count(); ++i) {
    if (plane)
      problem.AddParameterBlock(pose(i), 3);
    else
      problem.AddParameterBlock(
          pose(i), 7, new ceres::ProductManifold<ceres::EuclideanManifold<3>, ceres::EigenQuaternionManifold>());
    if (g.pose_fixed[static_cast<std::size_t>(i)]) problem.SetParameterBlockConstant(pose(i));
  }
  if (const std::int32_t held = thalweg::gauge_pose(g); held >= 0) problem.SetParameterBlockConstant(pose(held));
  for (std::size_t e = 0; e < g.edges.from.size(); ++e)
    problem.AddResidualBlock(plane ? PlaneCost::make(g, e) : SpaceCost::make(g, e), nullptr, pose(g.edges.from[e]),
                             pose(g.edges.to[e]));
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::SPARSE_NORMAL_CHOLESKY;
  options.sparse_linear_algebra_library_type =
      library == CeresSparse::suite_sparse ? ceres::SUITE_SPARSE : ceres::EIGEN_SPARSE;
  if (wide) options.initial_trust_region_radius = options.max_trust_region_radius;
  options.num_threads = threads;
  options.max_num_iterations = limits.max_iterations;
  options.function_tolerance = options.gradient_tolerance = options.parameter_tolerance = 1e-16;
  options.logging_type = ceres::SILENT;
  options.callbacks.push_back(&recorder);
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return descent;
}

}  // namespace versus
