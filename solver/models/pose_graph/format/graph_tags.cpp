#include "models/pose_graph/format/graph_tags.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace thalweg::inline v0_1::graph {
namespace {

using Kind = PoseGraph::Measurement::Kind;
constexpr Kind none{};

// The definitions of the errors are g2o's (Kümmerle, Grisetti, Strasdat, Konolige & Burgard, ICRA 2011; its types of
// slam2d and slam3d).
constexpr TagFormat formats[] = {
    {"EDGE_SE3:QUAT", "EDGE_SE3:QUAT FROM TO x y z qx qy qz qw I11 I12 ... I66 (30 numbers)", true, Role::edge,
     Measured::quaternion_pose, 6},
    {"VERTEX_SE3:QUAT", "VERTEX_SE3:QUAT ID x y z qx qy qz qw", true, Role::pose, Measured::quaternion_pose},
    {"EDGE_SE2", "EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33", false, Role::edge, Measured::plane_pose, 3},
    {"VERTEX_SE2", "VERTEX_SE2 ID x y θ", false, Role::pose, Measured::plane_pose},
    {"EDGE_SE2_XY", "EDGE_SE2_XY POSE LANDMARK x y I11 I12 I22", false, Role::sighting, Measured::point, 2},
    {"VERTEX_XY", "VERTEX_XY ID x y", false, Role::landmark, Measured::point},
    {"EDGE_SE3_TRACKXYZ", "EDGE_SE3_TRACKXYZ POSE LANDMARK SENSOR x y z I11 I12 I13 I22 I23 I33", true, Role::sighting,
     Measured::point, 3, 1},
    {"VERTEX_TRACKXYZ", "VERTEX_TRACKXYZ ID x y z", true, Role::landmark, Measured::point},
    {"PARAMS_SE3OFFSET", "PARAMS_SE3OFFSET ID x y z qx qy qz qw", true, Role::sensor, Measured::quaternion_pose},
    {"PARAMS_SE2OFFSET", "PARAMS_SE2OFFSET ID x y θ", false, Role::sensor, Measured::plane_pose},
    {"FIX", "FIX ID ...", false, Role::fix, Measured::none},
    {"VERTEX2", "VERTEX2 ID x y θ", false, Role::pose, Measured::plane_pose},
    {"VERTEX3", "VERTEX3 ID x y z roll pitch yaw", true, Role::pose, Measured::euler_pose},
    {"EDGE2", "EDGE2 FROM TO x y θ I11 I12 I22 I33 I13 I23", false, Role::edge, Measured::plane_pose, 3, 0, none,
     Weights::toro},
    {"EDGE3", "EDGE3 FROM TO x y z roll pitch yaw I11 I12 ... I66 (29 numbers, or 8 without information)", true,
     Role::edge, Measured::euler_pose, 6, 0, none, Weights::toro},
    {"ODOMETRY", "ODOMETRY FROM TO x y θ S11 S12 S13 S22 S23 S33", false, Role::edge, Measured::plane_pose, 3, 0, none,
     Weights::root},
    {"LANDMARK", "LANDMARK POSE LANDMARK x y S11 S12 S22", false, Role::sighting, Measured::point, 2, 0, none,
     Weights::root},
    {"POINT3", "POINT3 POSE LANDMARK x y z S11 S12 S13 S22 S23 S33 (11 numbers, or 5 without weights)", true,
     Role::sighting, Measured::point, 3, 0, none, Weights::root},
    {"POSE3D_INIT", "POSE3D_INIT ID x y z roll pitch yaw", true, Role::pose, Measured::euler_pose},

    {"EDGE_PRIOR_SE2", "EDGE_PRIOR_SE2 POSE x y θ I11 I12 I13 I22 I23 I33", false, Role::further, Measured::plane_pose,
     3, 0, Kind::pose_prior},
    {"EDGE_SE3_PRIOR", "EDGE_SE3_PRIOR POSE SENSOR x y z qx qy qz qw I11 I12 ... I66 (30 numbers)", true, Role::further,
     Measured::quaternion_pose, 6, 1, Kind::pose_prior},
    {"EDGE_SE2_OFFSET", "EDGE_SE2_OFFSET FROM TO SENSOR SENSOR x y θ I11 I12 I13 I22 I23 I33", false, Role::further,
     Measured::plane_pose, 3, 2, Kind::offset_edge},
    {"EDGE_SE3_OFFSET", "EDGE_SE3_OFFSET FROM TO SENSOR SENSOR x y z qx qy qz qw I11 I12 ... I66 (32 numbers)", true,
     Role::further, Measured::quaternion_pose, 6, 2, Kind::offset_edge},
    {"EDGE_PRIOR_SE2_XY", "EDGE_PRIOR_SE2_XY POSE x y I11 I12 I22", false, Role::further, Measured::point, 2, 0,
     Kind::place_prior},
    {"EDGE_SE3_XYZ_PRIOR", "EDGE_SE3_XYZ_PRIOR POSE SENSOR x y z I11 I12 I13 I22 I23 I33", true, Role::further,
     Measured::point, 3, 1, Kind::place_prior},
    {"EDGE_SE3_XYZPRIOR", "EDGE_SE3_XYZPRIOR POSE SENSOR x y z I11 I12 I13 I22 I23 I33", true, Role::further,
     Measured::point, 3, 1, Kind::place_prior},
    {"EDGE_PRIOR_XY", "EDGE_PRIOR_XY LANDMARK x y I11 I12 I22", false, Role::further, Measured::point, 2, 0,
     Kind::landmark_prior},
    {"EDGE_POINTXYZ_PRIOR", "EDGE_POINTXYZ_PRIOR LANDMARK x y z I11 I12 I13 I22 I23 I33", true, Role::further,
     Measured::point, 3, 0, Kind::landmark_prior},
    {"EDGE_POINTXY", "EDGE_POINTXY LANDMARK LANDMARK x y I11 I12 I22", false, Role::further, Measured::point, 2, 0,
     Kind::landmark_edge},
    {"EDGE_POINTXYZ", "EDGE_POINTXYZ LANDMARK LANDMARK x y z I11 I12 I13 I22 I23 I33", true, Role::further,
     Measured::point, 3, 0, Kind::landmark_edge},
    {"EDGE_SE2_POINTXY_OFFSET", "EDGE_SE2_POINTXY_OFFSET POSE LANDMARK SENSOR x y I11 I12 I22", false, Role::further,
     Measured::point, 2, 1, Kind::offset_sighting},
    {"EDGE_BEARING_SE2_XY", "EDGE_BEARING_SE2_XY POSE LANDMARK angle I11", false, Role::further, Measured::angle, 1, 0,
     Kind::bearing},
};

}  // namespace

const TagFormat* format_of_tag(std::string_view tag) {
  const auto found = std::find_if(std::begin(formats), std::end(formats), [&](const auto& f) { return f.name == tag; });
  return found == std::end(formats) ? nullptr : found;
}

const TagFormat& format_of_kind(Kind kind, bool space) {
  return *std::find_if(std::begin(formats), std::end(formats), [&](const TagFormat& f) {
    return f.role == Role::further && f.kind == kind && f.space == space;
  });
}

}  // namespace thalweg::inline v0_1::graph
