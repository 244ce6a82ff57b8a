// The tags of g2o's and TORO's lines, and what follows each.
#pragma once

#include <string_view>

#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1::graph {

enum class Role { pose, landmark, edge, sighting, further, sensor, fix };
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
  bool toro = false;                    ///< the information is in TORO's way
};

/// Null: the tag is not known.
const TagFormat* format_of_tag(std::string_view tag);

/// What a file with this tag is, where it is known and no pose graph: "a camera graph, which ..."; empty otherwise.
std::string_view other_kind_of_file(std::string_view tag);

/// The tag of a further measurement.
const TagFormat& format_of_kind(PoseGraph::Measurement::Kind kind, bool space);

}  // namespace thalweg::inline v0_1::graph
