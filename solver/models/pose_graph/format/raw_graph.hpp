// A pose graph as its lines state it, before ids are numbers of vertices.
#pragma once

#include <cstddef>
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

/// The ids of a further measurement, which is the graph's of the same number.
struct RawMeasurement {
  std::vector<std::int64_t> vertices, sensors;
  int line;
};

/// What FIX names.
struct RawFix {
  std::int64_t id;
  int line;
};

/// A vertex whose tag is not known.
struct UnknownVertex {
  std::int64_t id;
  int line;
  std::string tag;
};

struct RawGraph {
  PoseGraph graph;  ///< file, kind, warnings, sensors, and of measurements their numbers and information
  RawVertices poses, landmarks;
  RawEdges edges, sightings;
  std::vector<RawMeasurement> further;
  std::vector<std::int64_t> sensor_of;  ///< ids
  std::vector<int> sensor_lines;        ///< of each sensor
  std::vector<std::size_t> at_pose;     ///< sightings in space that name no sensor, by number
  bool counts_apart = false;            ///< ids of landmarks are not those of poses
  std::vector<RawFix> fixed;
  std::vector<UnknownVertex> unknown;
};

/// The graph with everything found and numbered. Throws FileError for duplicate, unknown and unconnected vertices, and
/// where nothing moves.
PoseGraph assemble(RawGraph raw);

}  // namespace thalweg::inline v0_1::graph
