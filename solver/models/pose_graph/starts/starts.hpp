// The initialisations of poses. All begin from what is held: fixed poses, or the gauge's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1::graph {

/// Poses laid out as in PoseGraph::poses; or why they are not to be had.
struct Start {
  std::vector<double> poses;
  std::string obstacle;           ///< empty: there are poses
  std::vector<double> landmarks;  ///< that go with them; empty: none were found
};

/// Of each pose whether the initialisations leave it where it is.
std::vector<char> held_poses(const PoseGraph& graph);

/// Along the tree of the paths from held poses on which the least rotational variance gathers (Dijkstra 1959); with
/// equal edges that is a breadth-first search.
Start spanning_tree_start(const PoseGraph& graph);

/// Rotations by linear least squares on the entries of the rotation matrices, each then replaced by the nearest
/// rotation (Martinec & Pajdla 2007; Carlone, Tron, Daniilidis & Dellaert, Initialization techniques for 3D SLAM, ICRA
/// 2015); then translations by linear least squares, the rotations held. Sightings are part of both.
Start chordal_start(const PoseGraph& graph);

/// Places landmarks that have no sighting and no line of their own, by further measurements from these poses; so, too,
/// those that stand on the very place of a pose that sees them by a bearing.
void place_unseen(const PoseGraph& graph, const std::vector<double>& poses, std::vector<double>& landmarks);

/// Landmarks at the mean of where they were sighted from these poses; fixed ones stay.
std::vector<double> sighted_landmarks(const PoseGraph& graph, const std::vector<double>& poses);

}  // namespace thalweg::inline v0_1::graph
