// A camera graph as its lines state it, before ids are numbers of vertices.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <thalweg/models/camera_graph.hpp>

#include "models/pose_graph/format/raw_graph.hpp"

namespace thalweg::inline v0_1::camera {

struct RawGraph {
  CameraGraph graph;  ///< file, kind, warnings, parameters, and of measurements their numbers and information
  graph::RawVertices poses, points;
  std::vector<std::array<double, 5>> intrinsics;  ///< of each pose, where poses have them
  std::vector<double> logarithms;                 ///< of each pose, where they are similarities
  std::vector<int> intrinsics_lines;              ///< of PARAMS_CAMERAPARAMETERS
  struct Ends {
    std::int64_t a, b;        ///< of an observation the pose and the point
    std::int64_t parameters;  ///< that it names
    int line;
  };
  std::vector<Ends> observations, edges;  ///< ids of the graph's, of the same number
  std::vector<graph::RawFix> fixed;
  std::vector<graph::UnknownVertex> unknown;
};

/// The graph with everything found and numbered. Throws FileError for vertices that are not there or there twice, and
/// where nothing moves.
CameraGraph assemble(RawGraph raw);

}  // namespace thalweg::inline v0_1::camera
