// The residuals of camera graphs, as plain callables; r = U e with Ω = Uᵀ U.
#pragma once

#include <array>
#include <cmath>
#include <type_traits>

#include <thalweg/math/rotation.hpp>
#include <thalweg/math/vec.hpp>
#include <thalweg/models/relative_pose.hpp>

#include "models/camera_graph/similarity.hpp"

namespace thalweg::inline v0_1::camera {

template <class X>
auto place_of(const X& x) {
  return Vec<std::decay_t<decltype(x[0])>, 3>(x[0], x[1], x[2]);
}
template <class X>
auto turn_of(const X& x) {
  return Vec<std::decay_t<decltype(x[0])>, 4>(x[3], x[4], x[5], x[6]);
}

struct Seen {
  std::array<double, 5> camera;  // fx, fy, x₀, y₀, b
  std::array<double, 3> z;
  std::array<double, 6> root;
};

/// Where a camera at (t, q) sees a point, less where it was seen: by one camera (2), or also by one to its right (3).
template <int N>
struct Projection {
  template <class X, class P>
  auto operator()(const X& x, const P& p, const Seen& s) const {
    using T = std::decay_t<decltype(x[0] + p[0])>;
    const auto& [fx, fy, x0, y0, b] = s.camera;
    const Vec<T, 3> c = rotate_back(turn_of(x), Vec<T, 3>(p[0] - x[0], p[1] - x[1], p[2] - x[2]));
    Vec<T, N> e;
    e[0] = fx * (c[0] / c[2]) + (x0 - s.z[0]);
    e[1] = fy * (c[1] / c[2]) + (y0 - s.z[1]);
    if constexpr (N == 3) e[2] = fx * ((c[0] - b) / c[2]) + (x0 - s.z[2]);
    return thalweg::detail::weighted<N, T>(s.root, e);
  }
};

struct Relative {
  std::array<double, 8> z;  // (t, q) and of similarities s
  std::array<double, 28> root;
};

/// The logarithm of X_b Z⁻¹ Xₐ⁻¹, poses (t, q).
struct PoseEdge {
  template <class A, class B>
  auto operator()(const A& a, const B& b, const Relative& m) const {
    using T = std::decay_t<decltype(a[0] + b[0])>;
    const Vec<double, 3> tz = place_of(m.z);
    const Vec<double, 4> qz = turn_of(m.z);
    const Vec<T, 3> in_a = rotate_back(turn_of(a), place_of(a));
    const Vec<T, 3> in_b = rotate_back(qz, Vec<T, 3>(-in_a[0] - tz[0], -in_a[1] - tz[1], -in_a[2] - tz[2]));
    const Vec<T, 3> t = rotate(turn_of(b), in_b);
    const Vec<T, 4> q = quaternion_product(quaternion_product(turn_of(b), conjugate(qz)), conjugate(turn_of(a)));
    const Vec<T, 7> log = logarithm<T>(Vec<T, 3>(b[0] + t[0], b[1] + t[1], b[2] + t[2]), q, T(0.0));
    return thalweg::detail::weighted<6, T>(m.root, Vec<T, 6>(log.template head<6>()));
  }
};

/// The logarithm of Z⁻¹ Xₐ⁻¹ X_b, similarities (t, q, s).
struct SimilarityEdge {
  template <class A, class B>
  auto operator()(const A& a, const B& b, const Relative& m) const {
    using std::log;
    using T = std::decay_t<decltype(a[0] + b[0])>;
    const Vec<double, 3> tz = place_of(m.z);
    const Vec<double, 4> qz = turn_of(m.z);
    const Vec<T, 3> in_a = rotate_back(turn_of(a), Vec<T, 3>(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
    Vec<T, 3> off;
    for (int k = 0; k < 3; ++k) off[k] = in_a[k] / a[7] - tz[k];
    Vec<T, 3> t = rotate_back(qz, off);
    for (int k = 0; k < 3; ++k) t[k] = t[k] / m.z[7];
    const Vec<T, 4> q = quaternion_product(conjugate(qz), quaternion_product(conjugate(turn_of(a)), turn_of(b)));
    const T sigma = log(T(b[7] / (a[7] * m.z[7])));
    return thalweg::detail::weighted<7, T>(m.root, logarithm<T>(t, q, sigma));
  }
};

}  // namespace thalweg::inline v0_1::camera
