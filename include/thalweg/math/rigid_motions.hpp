// Rotations, poses and similarities of the plane and of space.
#pragma once

#include <thalweg/math/manifold_type.hpp>

namespace thalweg::inline v0_1 {

/// Rotations of the plane, by their angle: x ⊞ δ = x + δ; the solver keeps it in [−π, π].
struct SO2 {
  static constexpr int ambient = 1, tangent = 1;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    y[0] = x[0] + delta[0];
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    delta[0] = wrap_angle(T(y[0] - x[0]));
  }
  template <class T>
  static void columns(const T*, T* J) {
    J[0] = T(1.0);
  }
  static std::string settle(double* x) {
    x[0] = detail::settled_angle(x[0]);
    return {};
  }
  static std::string tangent_name(int) { return "rotation"; }
};

/// Rotations of space as unit quaternions (x, y, z, w): q ⊞ δ = q ⊗ exp(δ), δ a rotation vector in the turned frame.
struct SO3 {
  static constexpr int ambient = 4, tangent = 3;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    const Vec<T, 3> rotation(delta[0], delta[1], delta[2]);
    Eigen::Map<Vec<T, 4>>(y, 4) = quaternion_product(detail::load<T, 4>(x), quaternion_of_vector(rotation));
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    const Vec<T, 4> between = quaternion_product(conjugate(detail::load<T, 4>(x)), detail::load<T, 4>(y));
    Eigen::Map<Vec<T, 3>>(delta, 3) = vector_of_quaternion(between);
  }
  /// ½ q ⊗ (eᵢ, 0).
  template <class T>
  static void columns(const T* q, T* J) {
    const T x = 0.5 * q[0], y = 0.5 * q[1], z = 0.5 * q[2], w = 0.5 * q[3];
    J[0] = w, J[1] = z, J[2] = -y, J[3] = -x;
    J[4] = -z, J[5] = w, J[6] = x, J[7] = -y;
    J[8] = y, J[9] = -x, J[10] = w, J[11] = -z;
  }
  static void identity(double* x) { x[0] = x[1] = x[2] = 0.0, x[3] = 1.0; }
  static std::string settle(double* x) { return detail::settle_unit({x, 4}, "quaternion"); }
  static std::string tangent_name(int d) { return detail::indexed("rotation", d); }
};

/// Poses in the plane, (x, y, θ): ⊞ (δt, δθ) = (t + R(θ) δt, θ + δθ); the solver keeps θ in [−π, π].
struct SE2 {
  static constexpr int ambient = 3, tangent = 3;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    const Vec<T, 2> moved = rotate_in_plane(T(x[2]), detail::load<T, 2>(delta));
    y[0] = x[0] + moved[0];
    y[1] = x[1] + moved[1];
    y[2] = x[2] + delta[2];
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    const Vec<T, 2> between(T(y[0] - x[0]), T(y[1] - x[1])), turned = rotate_in_plane(T(-x[2]), between);
    delta[2] = wrap_angle(T(y[2] - x[2]));
    delta[0] = turned[0];
    delta[1] = turned[1];
  }
  template <class T>
  static void columns(const T* x, T* J) {
    using std::sin, std::cos;
    const T c = cos(x[2]), s = sin(x[2]), zero(0.0);
    J[0] = c, J[1] = s, J[2] = zero;
    J[3] = -s, J[4] = c, J[5] = zero;
    J[6] = zero, J[7] = zero, J[8] = T(1.0);
  }
  static std::string settle(double* x) {
    x[2] = detail::settled_angle(x[2]);
    return {};
  }
  static void sizes(const double* x, double* s) {
    s[0] = s[1] = std::hypot(x[0], x[1]);
    s[2] = 1.0;
  }
  static std::string tangent_name(int d) { return d < 2 ? detail::indexed("translation", d) : "rotation"; }
};

/// Poses in space, (t, q) with q = (x, y, z, w) of unit length: ⊞ (δt, δr) = (t + R(q) δt, q ⊗ exp(δr)).
struct SE3 {
  static constexpr int ambient = 7, tangent = 6;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    const Vec<T, 3> moved = rotate(detail::load<T, 4>(x + 3), detail::load<T, 3>(delta));
    for (int i = 0; i < 3; ++i) y[i] = x[i] + moved[i];
    SO3::plus<T>(x + 3, delta + 3, y + 3);
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    const Vec<T, 3> between(T(y[0] - x[0]), T(y[1] - x[1]), T(y[2] - x[2]));
    const Vec<T, 3> turned = rotate_back(detail::load<T, 4>(x + 3), between);
    SO3::minus<T>(y + 3, x + 3, delta + 3);
    for (int i = 0; i < 3; ++i) delta[i] = turned[i];
  }
  template <class T>
  static void columns(const T* x, T* J) {
    const Mat<T, 3, 3> R = rotation_matrix(detail::load<T, 4>(x + 3));
    std::array<T, 12> turning;
    SO3::columns<T>(x + 3, turning.data());
    for (int i = 0; i < 7 * 6; ++i) J[i] = T(0.0);
    for (int d = 0; d < 3; ++d) {
      for (int a = 0; a < 3; ++a) J[d * 7 + a] = R(a, d);
      for (int a = 0; a < 4; ++a) J[(3 + d) * 7 + 3 + a] = turning[static_cast<std::size_t>(d * 4 + a)];
    }
  }
  static void identity(double* x) {
    x[0] = x[1] = x[2] = 0.0;
    SO3::identity(x + 3);
  }
  static std::string settle(double* x) { return SO3::settle(x + 3); }
  static void sizes(const double* x, double* s) {
    s[0] = s[1] = s[2] = std::hypot(x[0], x[1], x[2]);
    s[3] = s[4] = s[5] = 1.0;
  }
  static std::string tangent_name(int d) {
    return d < 3 ? detail::indexed("translation", d) : detail::indexed("rotation", d - 3);
  }
};

/// Similarities of space, (t, q, s), s > 0, that carry p to s R(q) p + t:
/// ⊞ (δt, δr, δσ) = (t + s R(q) δt, q ⊗ exp(δr), s exp(δσ)).
struct Sim3 {
  static constexpr int ambient = 8, tangent = 7;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    using std::exp;
    const Vec<T, 3> moved = rotate(detail::load<T, 4>(x + 3), detail::load<T, 3>(delta));
    for (int i = 0; i < 3; ++i) y[i] = x[i] + x[7] * moved[i];
    y[7] = x[7] * exp(delta[6]);
    SO3::plus<T>(x + 3, delta + 3, y + 3);
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    using std::log;
    const Vec<T, 3> between(T(y[0] - x[0]), T(y[1] - x[1]), T(y[2] - x[2]));
    const Vec<T, 3> turned = rotate_back(detail::load<T, 4>(x + 3), between);
    delta[6] = log(T(y[7] / x[7]));
    SO3::minus<T>(y + 3, x + 3, delta + 3);
    for (int i = 0; i < 3; ++i) delta[i] = turned[i] / x[7];
  }
  static void identity(double* x) {
    SE3::identity(x);
    x[7] = 1.0;
  }
  static std::string settle(double* x) {
    if (!(x[7] > 0.0)) return "the scale is " + detail::short_number(x[7]) + "; expected a number > 0";
    return SO3::settle(x + 3);
  }
  static void sizes(const double* x, double* s) {
    SE3::sizes(x, s);
    for (int i = 0; i < 3; ++i) s[i] /= x[7];
    s[6] = 1.0;
  }
  static std::string tangent_name(int d) { return d < 6 ? SE3::tangent_name(d) : "log scale"; }
};

}  // namespace thalweg::inline v0_1
