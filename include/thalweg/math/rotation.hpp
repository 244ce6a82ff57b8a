// Rotations, generic in the scalar: unit quaternions (x, y, z, w), rotation vectors (axis times angle), angles.
//
// Everything has first and second derivatives where the plain formulas have none, at the angle 0: there series take
// their place. Conventions: R(q) v = q ⊗ (v, 0) ⊗ q*, Hamilton's product, so R(p ⊗ q) = R(p) R(q).
// Sources: Solà, Deray & Atchuthan, A micro Lie theory for state estimation in robotics (2018), section IV and appendix
// A; Grassia, Practical parameterization of rotations using the exponential map (1998), section 3.
#pragma once

#include <cmath>
#include <utility>

#include <thalweg/math/vec.hpp>

namespace thalweg::inline v0_1 {

namespace detail {

template <class V>
using ScalarOf = typename V::Scalar;
/// The scalar of an expression of both: a dual beside a plain number is a dual.
template <class A, class B>
using MixedScalar = decltype(std::declval<ScalarOf<A>>() * std::declval<ScalarOf<B>>());

// Below this square of an angle, or of a tangent, series are exact to rounding, second derivatives too.
inline constexpr double series_below = 1e-4;

/// sin(√s)/√s and cos(√s), from s = θ².
template <class T>
T sinc_of_square(const T& s) {
  using std::sqrt, std::sin;
  const auto small = innermost(s) < series_below;
  const T series = 1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0)));
  const T angle = sqrt(T(select(small, T(1.0), s)));
  return select(small, series, T(sin(angle) / angle));
}
template <class T>
T cos_of_square(const T& s) {
  using std::sqrt, std::cos;
  const auto small = innermost(s) < series_below;
  const T series = 1.0 - s / 2.0 * (1.0 - s / 12.0 * (1.0 - s / 30.0 * (1.0 - s / 56.0)));
  return select(small, series, T(cos(sqrt(T(select(small, T(1.0), s))))));
}
/// atan2(n, c)/n from n² ≥ 0 and c: how an arc is longer than its chord. Infinite at n = 0, c < 0.
template <class T>
T arc_over_chord(const T& n_squared, const T& c) {
  using std::sqrt, std::atan2;
  const auto narrow = innermost(n_squared)<series_below * innermost(T(c * c)), forward = innermost(c)> 0.0;
  const auto small = narrow & forward;
  const T safe_c = select(small, c, T(1.0));
  const T t = select(small, T(n_squared / (safe_c * safe_c)), T(0.0));
  const T series = (1.0 - t * (1.0 / 3.0 - t * (1.0 / 5.0 - t * (1.0 / 7.0 - t / 9.0)))) / safe_c;
  const T n = sqrt(T(select(small, T(1.0), n_squared)));
  return select(small, series, T(atan2(n, c) / n));
}

}  // namespace detail

/// a × b.
template <class A, class B>
auto cross_product(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  using T = detail::MixedScalar<A, B>;
  return Vec<T, 3>(T(a[1] * b[2] - a[2] * b[1]), T(a[2] * b[0] - a[0] * b[2]), T(a[0] * b[1] - a[1] * b[0]));
}

/// p ⊗ q.
template <class A, class B>
auto quaternion_product(const Eigen::MatrixBase<A>& p, const Eigen::MatrixBase<B>& q) {
  using T = detail::MixedScalar<A, B>;
  return Vec<T, 4>(T(p[3] * q[0] + p[0] * q[3] + p[1] * q[2] - p[2] * q[1]),
                   T(p[3] * q[1] + p[1] * q[3] + p[2] * q[0] - p[0] * q[2]),
                   T(p[3] * q[2] + p[2] * q[3] + p[0] * q[1] - p[1] * q[0]),
                   T(p[3] * q[3] - p[0] * q[0] - p[1] * q[1] - p[2] * q[2]));
}

/// q*, the inverse of a unit quaternion.
template <class A>
auto conjugate(const Eigen::MatrixBase<A>& q) {
  using T = detail::ScalarOf<A>;
  return Vec<T, 4>(T(-q[0]), T(-q[1]), T(-q[2]), T(q[3]));
}

/// R(q) v, q of unit length.
template <class A, class B>
auto rotate(const Eigen::MatrixBase<A>& q, const Eigen::MatrixBase<B>& v) {
  using T = detail::MixedScalar<A, B>;
  const Vec<detail::ScalarOf<A>, 3> u(q[0], q[1], q[2]);
  const Vec<T, 3> t = cross_product(u, v), tt = cross_product(u, t);
  return Vec<T, 3>(T(v[0] + 2.0 * (q[3] * t[0] + tt[0])), T(v[1] + 2.0 * (q[3] * t[1] + tt[1])),
                   T(v[2] + 2.0 * (q[3] * t[2] + tt[2])));
}
/// R(q)ᵀ v.
template <class A, class B>
auto rotate_back(const Eigen::MatrixBase<A>& q, const Eigen::MatrixBase<B>& v) {
  return rotate(conjugate(q), v);
}

/// R(q), q of unit length.
template <class A>
auto rotation_matrix(const Eigen::MatrixBase<A>& q) {
  using T = detail::ScalarOf<A>;
  const T x = q[0], y = q[1], z = q[2], w = q[3];
  Mat<T, 3, 3> R;
  R(0, 0) = 1.0 - 2.0 * (y * y + z * z);
  R(0, 1) = 2.0 * (x * y - w * z);
  R(0, 2) = 2.0 * (x * z + w * y);
  R(1, 0) = 2.0 * (x * y + w * z);
  R(1, 1) = 1.0 - 2.0 * (x * x + z * z);
  R(1, 2) = 2.0 * (y * z - w * x);
  R(2, 0) = 2.0 * (x * z - w * y);
  R(2, 1) = 2.0 * (y * z + w * x);
  R(2, 2) = 1.0 - 2.0 * (x * x + y * y);
  return R;
}

/// exp: the unit quaternion of a rotation vector.
template <class A>
auto quaternion_of_vector(const Eigen::MatrixBase<A>& rotation) {
  using T = detail::ScalarOf<A>;
  const T s = 0.25 * (rotation[0] * rotation[0] + rotation[1] * rotation[1] + rotation[2] * rotation[2]);
  const T half_sinc = 0.5 * detail::sinc_of_square(s);
  return Vec<T, 4>(T(half_sinc * rotation[0]), T(half_sinc * rotation[1]), T(half_sinc * rotation[2]),
                   detail::cos_of_square(s));
}

/// log: the shortest rotation vector of a unit quaternion, of length at most π.
template <class A>
auto vector_of_quaternion(const Eigen::MatrixBase<A>& q) {
  using T = detail::ScalarOf<A>;
  const auto turned = innermost(T(q[3])) < 0.0;  // q and −q are one rotation
  const T x = select(turned, T(-q[0]), T(q[0])), y = select(turned, T(-q[1]), T(q[1]));
  const T z = select(turned, T(-q[2]), T(q[2])), w = select(turned, T(-q[3]), T(q[3]));
  const T factor = 2.0 * detail::arc_over_chord(T(x * x + y * y + z * z), w);
  return Vec<T, 3>(T(factor * x), T(factor * y), T(factor * z));
}

/// A unit quaternion of a rotation matrix, w ≥ 0 (Shepperd 1978, J. Guidance and Control 1(3), 223-224). Of a matrix
/// that is none, the quaternion that the formula gives, normalised.
inline Vec<double, 4> quaternion_of_matrix(const Mat<double, 3, 3>& R) {
  const double trace = R.trace();
  Vec<double, 4> q;
  int i = 0;
  for (int k = 1; k < 3; ++k)
    if (R(k, k) > R(i, i)) i = k;
  if (trace >= R(i, i)) {
    q << R(2, 1) - R(1, 2), R(0, 2) - R(2, 0), R(1, 0) - R(0, 1), 1.0 + trace;
  } else {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    q[i] = 1.0 + 2.0 * R(i, i) - trace;
    q[j] = R(j, i) + R(i, j);
    q[k] = R(k, i) + R(i, k);
    q[3] = R(k, j) - R(j, k);
  }
  if (q[3] < 0.0) q = -q;
  return q / q.norm();
}

/// The angle in [−π, π] that differs from `angle` by whole turns; the derivative is 1, also at ±π.
template <class T>
T wrap_angle(const T& angle) {
  using std::sin, std::cos, std::atan2;
  return atan2(T(sin(angle)), T(cos(angle)));
}

/// The plane vector (v₀, v₁) turned by an angle; turned back by its negative.
template <class T, class B>
auto rotate_in_plane(const T& angle, const Eigen::MatrixBase<B>& v) {
  using std::sin, std::cos;
  using M = decltype(std::declval<T>() * std::declval<detail::ScalarOf<B>>());
  const T c = cos(angle), s = sin(angle);
  return Vec<M, 2>(M(c * v[0] - s * v[1]), M(s * v[0] + c * v[1]));
}

}  // namespace thalweg::inline v0_1
