// A bundle from above.
#include <thalweg/models/bundle.hpp>

#include <cmath>

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

Vector triple(const std::vector<double>& from, std::size_t at) { return {from[at], from[at + 1], from[at + 2]}; }

struct Pose {
  Vector centre, up, ahead;
};

Pose pose_of(const Bundle& b, std::size_t camera) {
  const Vector w = triple(b.cameras, 9 * camera), t = triple(b.cameras, 9 * camera + 3);
  const double angle = w.norm();
  const Matrix R = angle > 0.0 ? Eigen::AngleAxisd(angle, w / angle).toRotationMatrix() : Matrix::Identity();
  return {-(R.transpose() * t), R.row(1), -R.row(2)};
}

}  // namespace

BundleView view_from_above(const Bundle& b, const Bundle& like) {
  std::vector<Pose> poses;
  Vector up = Vector::Zero(), middle = Vector::Zero();
  for (std::size_t c = 0; 9 * c < like.cameras.size(); ++c) {
    poses.push_back(pose_of(like, c));
    up += poses.back().up;
    middle += poses.back().centre;
  }
  middle /= static_cast<double>(poses.size());
  up = up.norm() > 1e-9 * static_cast<double>(poses.size()) ? Vector(up.normalized()) : Vector::UnitZ();
  Vector x = up.unitOrthogonal(), y = up.cross(x);
  Eigen::Matrix2d spread = 1e-300 * Eigen::Matrix2d::Identity();
  for (const Pose& pose : poses) {
    const Vector d = pose.centre - middle;
    const Eigen::Vector2d flat(x.dot(d), y.dot(d));
    spread += flat * flat.transpose();
  }
  const Eigen::Vector2d longest = Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d>(spread).eigenvectors().col(1);
  x = longest[0] * x + longest[1] * y;
  y = up.cross(x);

  BundleView view;
  for (std::size_t c = 0; 9 * c < b.cameras.size(); ++c) {
    const Pose pose = pose_of(b, c);
    view.camera_x.push_back(x.dot(pose.centre - middle));
    view.camera_y.push_back(y.dot(pose.centre - middle));
    view.heading_x.push_back(x.dot(pose.ahead));
    view.heading_y.push_back(y.dot(pose.ahead));
  }
  for (std::size_t p = 0; p < b.points.size(); p += 3) {
    const Vector d = triple(b.points, p) - middle;
    view.point_x.push_back(x.dot(d));
    view.point_y.push_back(y.dot(d));
  }
  return view;
}

BundleView view_from_above(const Bundle& b) { return view_from_above(b, b); }

}  // namespace thalweg::inline v0_1
