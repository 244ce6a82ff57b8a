// The tags of camera graphs, and what follows each.
#pragma once

#include <optional>
#include <string_view>

#include <thalweg/models/camera_graph.hpp>

namespace thalweg::inline v0_1::camera {

enum class Role { pose, point, intrinsics, edge, observation, fix };
/// Where an observation has the intrinsics of its camera from.
enum class From { line, parameters, pose };

struct CameraTag {
  std::string_view name;
  const char* usage;
  std::optional<CameraGraph::Kind> kind;  ///< none: of every kind
  Role role;
  bool stereo = false;
  From from = From::pose;
};

/// Null: it is no tag of camera graphs.
const CameraTag* tag_named(std::string_view name);
/// The tag of poses and edges, and of observations like this one.
const CameraTag& tag_of(CameraGraph::Kind kind, Role role);
const CameraTag& tag_of(CameraGraph::Kind kind, const CameraGraph::Observation& observation);

}  // namespace thalweg::inline v0_1::camera
