// Rotations of cameras, as a bundle writes them.
#pragma once

#include <Eigen/Geometry>

namespace thalweg::inline v0_1::turns {

/// R of an angle-axis vector, radians.
inline Eigen::Matrix3d rotation(const Eigen::Vector3d& w) {
  const double angle = w.norm();
  if (angle == 0.0) return Eigen::Matrix3d::Identity();
  return Eigen::AngleAxisd(angle, w / angle).toRotationMatrix();
}

/// The angle-axis vector of R, of an angle in [0, π].
inline Eigen::Vector3d angle_axis(const Eigen::Matrix3d& R) {
  const Eigen::AngleAxisd turn(R);
  return turn.angle() * turn.axis();
}

}  // namespace thalweg::inline v0_1::turns
