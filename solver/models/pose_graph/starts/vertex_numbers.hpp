// The vertices of a graph that move, numbered for a linear system: poses first, then landmarks.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "models/pose_graph/starts/starts.hpp"

namespace thalweg::inline v0_1::graph {

struct VertexNumbers {
  std::vector<char> held;                    ///< of each pose
  std::vector<std::int32_t> pose, landmark;  ///< the block column of each; −1: it does not move, or has no sighting
  std::int32_t poses = 0, landmarks = 0;     ///< how many move

  explicit VertexNumbers(const PoseGraph& g) : held(held_poses(g)) {
    for (const char h : held) pose.push_back(h ? -1 : poses++);
    std::vector<char> seen(g.landmark_ids.size(), 0);
    for (const std::int32_t l : g.sightings.to) seen[static_cast<std::size_t>(l)] = 1;
    for (std::size_t l = 0; l < seen.size(); ++l)
      landmark.push_back(g.landmark_fixed[l] || !seen[l] ? -1 : poses + landmarks++);
  }
  std::int32_t count() const { return poses + landmarks; }
  std::pair<std::int32_t, std::int32_t> ends(const PoseGraph::Edges& edges, std::size_t e, bool sighting) const {
    const auto from = static_cast<std::size_t>(edges.from[e]), to = static_cast<std::size_t>(edges.to[e]);
    return {pose[from], sighting ? landmark[to] : pose[to]};
  }
  /// Those that an edge couples, with sightings or without.
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs(const PoseGraph& g, bool sightings) const {
    std::vector<std::pair<std::int32_t, std::int32_t>> result;
    for (std::size_t e = 0; e < g.edges.from.size(); ++e)
      if (const auto [a, b] = ends(g.edges, e, false); a >= 0 && b >= 0) result.emplace_back(a, b);
    for (std::size_t e = 0; sightings && e < g.sightings.from.size(); ++e)
      if (const auto [a, b] = ends(g.sightings, e, true); a >= 0 && b >= 0) result.emplace_back(a, b);
    return result;
  }
};

}  // namespace thalweg::inline v0_1::graph
