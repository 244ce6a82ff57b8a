// Pose graphs spread over processes.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/distributed/communicator.hpp>
#include <thalweg/distributed/share.hpp>
#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1 {

/// What one of several processes holds of a pose graph: the poses that it owns with their priors, the edges that begin
/// at them, the landmarks that are seen first from them with all their sightings, bearings and priors, and copies of
/// the other poses that those read.
struct PoseGraphPart {
  PoseGraph local;  ///< its poses in the order of their numbers among all; a last one stands still and is read by none
  std::vector<std::int64_t> poses;      ///< of each local pose but the last its number in the whole graph
  std::vector<std::int64_t> landmarks;  ///< likewise
  std::vector<std::int64_t> shared;     ///< of each local pose its number among the shared blocks; −1: the last
  std::vector<std::int64_t> first;      ///< processes + 1: who owns which of those
  std::int64_t cut_edges = 0;           ///< of the whole graph: edges between poses of different processes
};

/// Cuts a graph, the same in every process, by PT-Scotch on the graph of its poses (Chevalier & Pellegrini 2008), which
/// looks for equal parts and few edges between them. Throws CollectiveError for edges between landmarks, and where a
/// process would have nothing. Collective.
PoseGraphPart part_of(const Communicator& communicator, const PoseGraph& whole);

Share share_of(const PoseGraphPart& part, const Loss& loss = {});

}  // namespace thalweg::inline v0_1
