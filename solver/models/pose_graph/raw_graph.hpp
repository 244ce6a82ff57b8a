// A pose graph as its lines state it, before ids are numbers of vertices.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1::graph {

struct RawVertices {
  std::vector<std::int64_t> id;
  std::vector<int> line;
  std::vector<double> values;  ///< pose_size() or landmark_size() each
};

struct RawEdges {
  std::vector<std::int64_t> from, to;
  std::vector<int> line;
};

/// What FIX names.
struct RawFix {
  std::int64_t id;
  int line;
};

struct RawGraph {
  PoseGraph graph;  ///< file, kind, warnings, sensors, and of the edges measurements and information
  RawVertices poses, landmarks;
  RawEdges edges, sightings;
  std::vector<std::int64_t> sensor_of;  ///< ids
  std::vector<int> sensor_lines;        ///< of each sensor
  std::vector<RawFix> fixed;
};

/// The graph with everything found and numbered. Throws FileError for duplicate, unknown and unconnected vertices.
PoseGraph assemble(RawGraph raw);

}  // namespace thalweg::inline v0_1::graph
