// A pose graph as a picture.
#include <thalweg/models/pose_graph.hpp>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {

PoseGraphView view_of(const PoseGraph& g, const PoseGraph& like) {
  PoseGraphView view;
  const auto size = static_cast<std::size_t>(g.pose_size());
  if (g.kind == PoseGraph::Kind::se2) {
    for (std::size_t i = 0; i < g.poses.size(); i += size) {
      view.x.push_back(g.poses[i]);
      view.y.push_back(g.poses[i + 1]);
    }
    return view;
  }
  const auto position = [](const PoseGraph& of, std::size_t i) {
    return Eigen::Map<const Eigen::Vector3d>(of.poses.data() + i);
  };
  Eigen::Vector3d middle = Eigen::Vector3d::Zero();
  for (std::size_t i = 0; i < like.poses.size(); i += size) middle += position(like, i);
  middle *= static_cast<double>(size) / static_cast<double>(like.poses.size());
  Eigen::Matrix3d spread = Eigen::Matrix3d::Zero();
  for (std::size_t i = 0; i < like.poses.size(); i += size) {
    const Eigen::Vector3d d = position(like, i) - middle;
    spread += d * d.transpose();
  }
  const Eigen::Matrix3d axes = Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(spread).eigenvectors();
  for (std::size_t i = 0; i < g.poses.size(); i += size) {
    const Eigen::Vector3d d = position(g, i) - middle;
    view.x.push_back(axes.col(2).dot(d));
    view.y.push_back(axes.col(1).dot(d));
  }
  return view;
}

}  // namespace thalweg::inline v0_1
