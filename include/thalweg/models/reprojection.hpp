// The residual of bundle adjustment: where a camera sees a point, less where it was seen.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <thalweg/math/vec.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// R(ω) X, ω the first three numbers of c, radians. Rodrigues: X cos θ + (ω × X) sin θ/θ + ω (ω·X)(1 − cos θ)/θ², by
/// series where θ is small.
template <class AngleAxis, class Point>
auto rotated_by_angle_axis(const AngleAxis& c, const Point& X) {
  using std::cos;
  using std::sin;
  using std::sqrt;
  using T = std::decay_t<decltype(c[0] + X[0])>;
  const T square = c[0] * c[0] + c[1] * c[1] + c[2] * c[2];
  const auto small = square < 1e-8;
  const T theta = sqrt(select(small, T(1.0), square));
  const T sine = select(small, 1.0 - square * (1.0 / 6.0), sin(theta) / theta);
  const T versine = select(small, 0.5 - square * (1.0 / 24.0), (1.0 - cos(theta)) / (theta * theta));
  const T cosine = select(small, 1.0 - square * (0.5 - square * (1.0 / 24.0)), cos(theta));
  const T along = (c[0] * X[0] + c[1] * X[1] + c[2] * X[2]) * versine;
  return Vec<T, 3>(cosine * X[0] + sine * (c[1] * X[2] - c[2] * X[1]) + c[0] * along,
                   cosine * X[1] + sine * (c[2] * X[0] - c[0] * X[2]) + c[1] * along,
                   cosine * X[2] + sine * (c[0] * X[1] - c[1] * X[0]) + c[2] * along);
}

/// Snavely's camera, as in Bundle Adjustment in the Large (Agarwal, Snavely, Seitz & Szeliski 2010). A camera is
/// (ω, t, f, k₁, k₂): angle-axis ω in radians, translation t, focal length f in pixels, radial distortion k₁, k₂. With
/// P = R(ω) X + t the point in the camera's frame, which looks along −z, and p = −(Px, Py) / Pz,
///     pixel = f (1 + k₁‖p‖² + k₂‖p‖⁴) p.
struct Reprojection {
  template <class Camera, class Point, class Number>
  auto operator()(const Camera& camera, const Point& point, const Number& u, const Number& v) const {
    using T = std::decay_t<decltype(camera[0] + point[0])>;
    const Vec<T, 3> turned = rotated_by_angle_axis(camera, point);
    const Vec<T, 3> P(turned[0] + camera[3], turned[1] + camera[4], turned[2] + camera[5]);
    const T x = -P[0] / P[2], y = -P[1] / P[2];
    const T n = x * x + y * y;
    const T scale = camera[6] * (1.0 + n * (camera[7] + n * camera[8]));
    return Vec<T, 2>(scale * x - u, scale * y - v);
  }
};

/// The same residuals from a kernel of its own: eight observations at once, what a camera's observations share worked
/// out once. `cameras` begin at camera_offset[i] of x (9 numbers), points at point_offset[i] (3); u, v in pixels.
std::unique_ptr<ResidualGroup> reprojection_group(std::string name, std::vector<std::int64_t> camera_offset,
                                                  std::vector<std::int64_t> point_offset, std::vector<double> u,
                                                  std::vector<double> v);
/// The same where cameras share intrinsics: poses (ω, t) begin at pose_offset[i] (6 numbers), (f, k₁, k₂) at
/// intrinsics_offset[i] (3). Throws Error where one pose is read with two intrinsics.
std::unique_ptr<ResidualGroup> reprojection_group(std::string name, std::vector<std::int64_t> pose_offset,
                                                  std::vector<std::int64_t> intrinsics_offset,
                                                  std::vector<std::int64_t> point_offset, std::vector<double> u,
                                                  std::vector<double> v);

}  // namespace thalweg::inline v0_1
