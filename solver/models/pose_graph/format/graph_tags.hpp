// The tags of g2o's, TORO's and iSAM's lines, and what follows each.
#pragma once

#include <string_view>

#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1::graph {

enum class Role { pose, landmark, edge, sighting, further, sensor, fix };
/// How a line states its information: as it is, in TORO's way (whose tags iSAM has, too), or as iSAM's square root.
enum class Weights { information, toro, root };
enum class Measured { none, plane_pose, quaternion_pose, euler_pose, point, angle };

struct TagFormat {
  std::string_view name;
  const char* usage;
  bool space;
  Role role;
  Measured measured;
  int information = 0;                  ///< rows
  int sensors = 0;                      ///< ids of sensors, behind those of vertices
  PoseGraph::Measurement::Kind kind{};  ///< of a further measurement
  Weights weights = Weights::information;
};

/// Null: the tag is not known.
const TagFormat* format_of_tag(std::string_view tag);

/// The tag of a further measurement.
const TagFormat& format_of_kind(PoseGraph::Measurement::Kind kind, bool space);

}  // namespace thalweg::inline v0_1::graph
