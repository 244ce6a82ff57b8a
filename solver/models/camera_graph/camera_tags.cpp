#include "models/camera_graph/camera_tags.hpp"

#include <algorithm>
#include <iterator>

namespace thalweg::inline v0_1::camera {
namespace {

using Kind = CameraGraph::Kind;
constexpr std::optional<Kind> any;

// The definitions of the errors are g2o's (Kümmerle, Grisetti, Strasdat, Konolige & Burgard, ICRA 2011; its types of
// sba and sim3).
constexpr CameraTag tags[] = {
    {"VERTEX_SE3:EXPMAP", "VERTEX_SE3:EXPMAP ID x y z qx qy qz qw", Kind::poses, Role::pose},
    {"VERTEX_CAM", "VERTEX_CAM ID x y z qx qy qz qw fx fy cx cy baseline", Kind::cameras, Role::pose},
    {"VERTEX_SIM3:EXPMAP", "VERTEX_SIM3:EXPMAP ID ωx ωy ωz υx υy υz σ fx fy cx cy", Kind::similarities, Role::pose},
    {"VERTEX_XYZ", "VERTEX_XYZ ID x y z", any, Role::point},
    {"VERTEX_TRACKXYZ", "VERTEX_TRACKXYZ ID x y z", any, Role::point},
    {"PARAMS_CAMERAPARAMETERS", "PARAMS_CAMERAPARAMETERS ID f cx cy baseline", Kind::poses, Role::intrinsics},
    {"EDGE_SE3:EXPMAP", "EDGE_SE3:EXPMAP FROM TO x y z qx qy qz qw I11 I12 ... I66 (30 numbers)", Kind::poses,
     Role::edge},
    {"EDGE_CAM", "EDGE_CAM FROM TO x y z qx qy qz qw I11 I12 ... I66 (30 numbers)", Kind::cameras, Role::edge},
    {"EDGE_SIM3:EXPMAP", "EDGE_SIM3:EXPMAP FROM TO ωx ωy ωz υx υy υz σ I11 I12 ... I77 (37 numbers)",
     Kind::similarities, Role::edge},
    {"EDGE_PROJECT_XYZ2UV:EXPMAP", "EDGE_PROJECT_XYZ2UV:EXPMAP POINT POSE PARAMETERS u v I11 I12 I22", Kind::poses,
     Role::observation, false, From::parameters},
    {"EDGE_PROJECT_XYZ2UVU:EXPMAP",
     "EDGE_PROJECT_XYZ2UVU:EXPMAP POINT POSE PARAMETERS u v u_right I11 I12 I13 I22 I23 I33", Kind::poses,
     Role::observation, true, From::parameters},
    {"EDGE_SE3_PROJECT_XYZ:EXPMAP", "EDGE_SE3_PROJECT_XYZ:EXPMAP POINT POSE u v I11 I12 I22 fx fy cx cy", Kind::poses,
     Role::observation, false, From::line},
    {"EDGE_PROJECT_P2MC", "EDGE_PROJECT_P2MC POINT CAMERA u v I11 I12 I22", Kind::cameras, Role::observation},
    {"EDGE_PROJECT_P2SC", "EDGE_PROJECT_P2SC POINT CAMERA u v u_right I11 I12 I13 I22 I23 I33", Kind::cameras,
     Role::observation, true},
    {"FIX", "FIX ID ...", any, Role::fix},
};

template <class Predicate>
const CameraTag* find(Predicate&& is) {
  const auto found = std::find_if(std::begin(tags), std::end(tags), is);
  return found == std::end(tags) ? nullptr : found;
}

}  // namespace

const CameraTag* tag_named(std::string_view name) {
  return find([&](const CameraTag& t) { return t.name == name; });
}

const CameraTag& tag_of(Kind kind, Role role) {
  return *find([&](const CameraTag& t) { return t.kind == kind && t.role == role; });
}

const CameraTag& tag_of(Kind kind, const CameraGraph::Observation& o) {
  const From from = kind != Kind::poses ? From::pose : o.intrinsics < 0 ? From::line : From::parameters;
  return *find([&](const CameraTag& t) {
    return t.kind == kind && t.role == Role::observation && t.stereo == o.stereo && t.from == from;
  });
}

}  // namespace thalweg::inline v0_1::camera
