// The residuals of pose graphs: how far a measured relative pose, or a sighted landmark, is from where the poses say it
// is.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

#include <thalweg/math/vec.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// What an edge between poses of the plane measures: Z = (x, y, θ), and U with Ω = Uᵀ U, upper triangle by rows.
struct PlaneEdge {
  std::array<double, 3> measurement;
  std::array<double, 6> root;
};
/// Of space: Z = (t, unit quaternion (x, y, z, w)).
struct SpaceEdge {
  std::array<double, 7> measurement;
  std::array<double, 21> root;
};
/// A landmark seen from a pose of the plane.
struct PlaneSighting {
  std::array<double, 2> measurement;
  std::array<double, 3> root;
};
/// Of space, through a sensor that sits at the pose (t, q) on the robot.
struct SpaceSighting {
  std::array<double, 3> measurement;
  std::array<double, 6> root;
  std::array<double, 7> sensor;
};

namespace detail {

/// r = U e.
template <int N, class T, class Root>
Vec<T, N> weighted(const Root& root, const Vec<T, N>& e) {
  Vec<T, N> r;
  for (int i = 0, k = 0; i < N; ++i) {
    r[i] = T(0.0);
    for (int j = i; j < N; ++j) r[i] = r[i] + root[static_cast<std::size_t>(k++)] * e[j];
  }
  return r;
}
/// Rᵀ v, R that of the unit quaternion q = (u, w): v + 2 (u × (u × v) − w u × v).
template <class Q, class V>
auto turned_back(const Q& q, const V& v) {
  using T = std::decay_t<decltype(q[0] * v[0])>;
  const T a = q[1] * v[2] - q[2] * v[1], b = q[2] * v[0] - q[0] * v[2], c = q[0] * v[1] - q[1] * v[0];  // u × v
  return Vec<T, 3>(v[0] + 2.0 * (q[1] * c - q[2] * b - q[3] * a), v[1] + 2.0 * (q[2] * a - q[0] * c - q[3] * b),
                   v[2] + 2.0 * (q[0] * b - q[1] * a - q[3] * c));
}
/// a* ⊗ b.
template <class A, class B>
auto conjugate_product(const A& a, const B& b) {
  using T = std::decay_t<decltype(a[0] * b[0])>;
  return Vec<T, 4>(
      a[3] * b[0] - a[0] * b[3] - a[1] * b[2] + a[2] * b[1], a[3] * b[1] - a[1] * b[3] - a[2] * b[0] + a[0] * b[2],
      a[3] * b[2] - a[2] * b[3] - a[0] * b[1] + a[1] * b[0], a[3] * b[3] + a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

}  // namespace detail

/// U e with e = (translation, angle) of E = Z⁻¹ Xᵢ⁻¹ Xⱼ, poses (x, y, θ).
struct RelativePosePlane {
  template <class A, class B>
  auto operator()(const A& a, const B& b, const PlaneEdge& edge) const {
    using std::cos;
    using std::sin;
    using T = std::decay_t<decltype(a[0] + b[0])>;
    const auto& z = edge.measurement;
    const T c = cos(T(a[2])), s = sin(T(a[2])), dx = b[0] - a[0], dy = b[1] - a[1];
    const T x = c * dx + s * dy - z[0], y = c * dy - s * dx - z[1];
    const double cz = std::cos(z[2]), sz = std::sin(z[2]);
    const T turn = b[2] - a[2] - z[2];
    return detail::weighted<3, T>(edge.root, Vec<T, 3>(cz * x + sz * y, cz * y - sz * x, near_zero(turn)));
  }

 private:
  template <class T>
  static T near_zero(const T& angle) {
    if constexpr (std::is_same_v<T, double>)
      return angle - 2.0 * std::numbers::pi * std::round(angle / (2.0 * std::numbers::pi));
    else
      return angle - 2.0 * std::numbers::pi * std::round(value_of(angle) / (2.0 * std::numbers::pi));
  }
  static double value_of(double v) { return v; }
  template <class T>
  static double value_of(const T& v) {
    if constexpr (requires { v.value; })
      return value_of(v.value);
    else
      return value_of(v.a);  // Ceres's
  }
};

/// U e with e = (translation, vector part of the quaternion with w ≥ 0) of E = Z⁻¹ Xᵢ⁻¹ Xⱼ, poses (t, q).
struct RelativePoseSpace {
  template <class A, class B>
  auto operator()(const A& a, const B& b, const SpaceEdge& edge) const {
    using T = std::decay_t<decltype(a[0] + b[0])>;
    const auto& z = edge.measurement;
    const std::array<double, 4> qz = {z[3], z[4], z[5], z[6]};
    const Vec<T, 4> qa(a[3], a[4], a[5], a[6]), qb(b[3], b[4], b[5], b[6]);
    Vec<T, 3> t = detail::turned_back(qa, Vec<T, 3>(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
    t = detail::turned_back(qz, Vec<T, 3>(t[0] - z[0], t[1] - z[1], t[2] - z[2]));
    Vec<T, 4> q = detail::conjugate_product(qz, detail::conjugate_product(qa, qb));
    if (q[3] < 0.0) q = -q;
    Vec<T, 6> e;
    e << t[0], t[1], t[2], q[0], q[1], q[2];
    return detail::weighted<6, T>(edge.root, e);
  }
};

/// U (Xᵢ⁻¹ ℓ − z).
struct SightingPlane {
  template <class A, class L>
  auto operator()(const A& a, const L& l, const PlaneSighting& sighting) const {
    using std::cos;
    using std::sin;
    using T = std::decay_t<decltype(a[0] + l[0])>;
    const auto& z = sighting.measurement;
    const T c = cos(T(a[2])), s = sin(T(a[2])), dx = l[0] - a[0], dy = l[1] - a[1];
    return detail::weighted<2, T>(sighting.root, Vec<T, 2>(c * dx + s * dy - z[0], c * dy - s * dx - z[1]));
  }
};

/// U ((Xᵢ S)⁻¹ ℓ − z).
struct SightingSpace {
  template <class A, class L>
  auto operator()(const A& a, const L& l, const SpaceSighting& sighting) const {
    using T = std::decay_t<decltype(a[0] + l[0])>;
    const auto& z = sighting.measurement;
    const auto& o = sighting.sensor;
    const std::array<double, 4> qo = {o[3], o[4], o[5], o[6]};
    Vec<T, 3> p =
        detail::turned_back(Vec<T, 4>(a[3], a[4], a[5], a[6]), Vec<T, 3>(l[0] - a[0], l[1] - a[1], l[2] - a[2]));
    p = detail::turned_back(qo, Vec<T, 3>(p[0] - o[0], p[1] - o[1], p[2] - o[2]));
    return detail::weighted<3, T>(sighting.root, Vec<T, 3>(p[0] - z[0], p[1] - z[1], p[2] - z[2]));
  }
};

/// The same residuals from kernels of their own: eight at once, tangent Jacobians by formula. Poses begin at
/// from_offset[i] and to_offset[i] of x, landmarks at landmark_offset[i]; all poses stand in one run, 3 or 7 numbers
/// each. Steps are those of SE2 and SE3: t + R δt, and θ + δθ or q ⊗ exp(δr).
std::unique_ptr<ResidualGroup> relative_pose_group(std::string name, std::vector<std::int64_t> from_offset,
                                                   std::vector<std::int64_t> to_offset,
                                                   const std::vector<PlaneEdge>& edges);
std::unique_ptr<ResidualGroup> relative_pose_group(std::string name, std::vector<std::int64_t> from_offset,
                                                   std::vector<std::int64_t> to_offset,
                                                   const std::vector<SpaceEdge>& edges);
std::unique_ptr<ResidualGroup> sighting_group(std::string name, std::vector<std::int64_t> pose_offset,
                                              std::vector<std::int64_t> landmark_offset,
                                              const std::vector<PlaneSighting>& sightings);
std::unique_ptr<ResidualGroup> sighting_group(std::string name, std::vector<std::int64_t> pose_offset,
                                              std::vector<std::int64_t> landmark_offset,
                                              const std::vector<SpaceSighting>& sightings);

}  // namespace thalweg::inline v0_1
