// Poses as the graph stores them: of the plane (x, y, θ), of space t and a unit quaternion (x, y, z, w).
#pragma once

#include <cmath>
#include <numbers>

#include <Eigen/Geometry>

namespace thalweg::inline v0_1::graph {

/// In [−π, π].
inline double wrapped(double angle) { return std::remainder(angle, 2.0 * std::numbers::pi); }

struct Pose2 {
  static constexpr int size = 3, space = 2, tangent = 3;
  using Rotation = Eigen::Matrix2d;
  using Point = Eigen::Vector2d;
  Point t = Point::Zero();
  double angle = 0.0;

  static Pose2 load(const double* p) { return {{p[0], p[1]}, p[2]}; }
  void store(double* p) const {
    p[0] = t[0];
    p[1] = t[1];
    p[2] = angle;
  }
  Rotation rotation() const { return Eigen::Rotation2Dd(angle).toRotationMatrix(); }
  void set_rotation(const Rotation& R) { angle = std::atan2(R(1, 0) - R(0, 1), R(0, 0) + R(1, 1)); }
  Point operator*(const Point& p) const { return t + rotation() * p; }
  Pose2 operator*(const Pose2& b) const { return {t + rotation() * b.t, wrapped(angle + b.angle)}; }
  Pose2 inverse() const { return {-(rotation().transpose() * t), -angle}; }
};

struct Pose3 {
  static constexpr int size = 7, space = 3, tangent = 6;
  using Rotation = Eigen::Matrix3d;
  using Point = Eigen::Vector3d;
  Point t = Point::Zero();
  Eigen::Quaterniond q = Eigen::Quaterniond::Identity();

  static Pose3 load(const double* p) { return {{p[0], p[1], p[2]}, {p[6], p[3], p[4], p[5]}}; }
  void store(double* p) const {
    for (int k = 0; k < 3; ++k) p[k] = t[k];
    for (int k = 0; k < 4; ++k) p[3 + k] = q.coeffs()[k];
  }
  Rotation rotation() const { return q.toRotationMatrix(); }
  void set_rotation(const Rotation& R) { q = Eigen::Quaterniond(R).normalized(); }
  Point operator*(const Point& p) const { return t + q * p; }
  Pose3 operator*(const Pose3& b) const { return {t + q * b.t, (q * b.q).normalized()}; }
  Pose3 inverse() const { return {-(q.conjugate() * t), q.conjugate()}; }
};

}  // namespace thalweg::inline v0_1::graph
