// The residual groups of a pose graph, on x = all poses, then all landmarks.
#pragma once

#include <memory>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1::graph {

/// "edge" and "sighting", those of them that have items. Throws Error for an index that is not there, and for
/// information that is not positive definite.
std::vector<std::unique_ptr<ResidualGroup>> residual_groups(const PoseGraph& graph);

/// The cost of a graph, for many poses.
class Cost {
 public:
  Cost(const PoseGraph& graph, const Loss& loss);
  double operator()(const std::vector<double>& poses, const std::vector<double>& landmarks);

 private:
  Problem problem_;                                  // where there are further measurements
  std::vector<std::unique_ptr<ResidualGroup>> own_;  // otherwise
  std::vector<const ResidualGroup*> groups_;
  std::vector<AlignedArray> tables_;
  std::vector<double> x_;
  Loss loss_;
};

}  // namespace thalweg::inline v0_1::graph
