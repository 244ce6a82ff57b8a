// Spaces that are curved, or whose coordinates are more than their dimensions: rotations, poses, directions.
//
// A manifold is a type without state. A point x has `ambient` numbers, a step δ from it `tangent` numbers, and
//
//     plus(x, δ, y)       y = x ⊞ δ, the retraction; x ⊞ 0 = x, and its derivative by δ at 0 has full rank
//     minus(y, x, δ)      δ = y ⊟ x, its inverse near x: x ⊞ (y ⊟ x) = y and (x ⊞ δ) ⊟ x = δ
//
// are templates over the scalar (double, Pack, duals of these), so that derivatives can be carried by δ. Arrays may
// overlap only where said. What else a type may have, with the default in brackets:
//
//     columns(x, J)       ∂(x ⊞ δ)/∂δ at δ = 0, ambient × tangent, column-major [by duals]
//     identity(x)         where a block begins without a start [zeros]
//     settle(x)           brings a point that is on the manifold but for rounding onto it; returns what is wrong with
//                         one that is not, in words, or "" [every number is finite]
//     sizes(x, s)         how large x is in the direction of each tangent component: what its steps are compared
//                         with [1]
//     tangent_name(d)     "rotation[0]", what follows the block's name and a dot [tangent[d]]
//     closed              whether steps lead to nothing but a manifold of as many dimensions as there are tangent
//                         components; false where directions are held, which differ from point to point [true]
//
// Retractions of this file: Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), section 4.1;
// Hertzberg, Wagner, Frese & Schröder, Integrating generic sensor fusion algorithms with sound state representations
// through encapsulation of manifolds, Information Fusion 14(1) (2013), for ⊞, ⊟ and their axioms.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <thalweg/math/rotation.hpp>
#include <thalweg/math/vec.hpp>

namespace thalweg {

/// What may stand in add_parameters as a manifold.
template <class M>
concept ManifoldType = std::is_empty_v<M> && requires(const double* x, double* y) {
  { M::ambient } -> std::convertible_to<int>;
  { M::tangent } -> std::convertible_to<int>;
  M::template plus<double>(x, x, y);
  M::template minus<double>(x, x, y);
};

namespace detail {

inline std::string indexed(const char* name, int i) { return std::string(name) + "[" + std::to_string(i) + "]"; }
std::string short_number(double v);
/// Divides q by its length; says what is wrong where the length is not 1 within unit_tolerance.
std::string settle_unit(std::span<double> q, const char* what);
/// Says which of the numbers is not finite.
std::string settle_finite(std::span<const double> x);
inline constexpr double unit_tolerance = 1e-3;
/// In [−π, π].
double settled_angle(double angle);

/// J = ∂(x ⊞ δ)/∂δ at δ, by duals.
template <class M, class S>
void plus_jacobian(const S* x, const S* delta, S* J) {
  using T = Dual<S, M::tangent>;
  std::array<T, static_cast<std::size_t>(M::ambient)> at, moved;
  std::array<T, static_cast<std::size_t>(M::tangent)> step;
  for (std::size_t a = 0; a < at.size(); ++a) at[a] = T(x[a]);
  for (std::size_t d = 0; d < step.size(); ++d) step[d] = T::variable(delta[d], static_cast<int>(d));
  M::template plus<T>(at.data(), step.data(), moved.data());
  for (int d = 0; d < M::tangent; ++d)
    for (int a = 0; a < M::ambient; ++a) J[d * M::ambient + a] = moved[static_cast<std::size_t>(a)].tangent[d];
}

template <class M, class S>
void manifold_columns(const S* x, S* J) {
  if constexpr (requires { M::template columns<S>(x, J); }) {
    M::template columns<S>(x, J);
  } else {
    const std::array<S, static_cast<std::size_t>(M::tangent)> zero{};
    plus_jacobian<M, S>(x, zero.data(), J);
  }
}
template <class M>
void manifold_identity(double* x) {
  if constexpr (requires { M::identity(x); }) {
    M::identity(x);
  } else {
    for (int a = 0; a < M::ambient; ++a) x[a] = 0.0;
  }
}
template <class M>
std::string manifold_settle(double* x) {
  std::string wrong = settle_finite({x, static_cast<std::size_t>(M::ambient)});
  if constexpr (requires { M::settle(x); }) {
    if (wrong.empty()) wrong = M::settle(x);
  }
  return wrong;
}
template <class M>
void manifold_sizes(const double* x, double* s) {
  if constexpr (requires { M::sizes(x, s); }) {
    M::sizes(x, s);
  } else {
    for (int d = 0; d < M::tangent; ++d) s[d] = 1.0;
  }
}
template <class M>
consteval bool manifold_closed() {
  if constexpr (requires { M::closed; }) {
    return M::closed;
  } else {
    return true;
  }
}
template <class M>
std::string manifold_tangent_name(int d) {
  if constexpr (requires { M::tangent_name(d); }) {
    return M::tangent_name(d);
  } else {
    return indexed("tangent", d);
  }
}

template <class T, int N>
Vec<T, N> load(const T* x) {
  return Eigen::Map<const Vec<T, N>>(x);
}

}  // namespace detail

/// Rᴺ: x ⊞ δ = x + δ. A block of this manifold is an ordinary block.
template <int N>
struct Euclidean {
  static constexpr int ambient = N, tangent = N;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    for (int i = 0; i < N; ++i) y[i] = x[i] + delta[i];
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    for (int i = 0; i < N; ++i) delta[i] = y[i] - x[i];
  }
  template <class T>
  static void columns(const T*, T* J) {
    for (int i = 0; i < N * N; ++i) J[i] = T(i % (N + 1) == 0 ? 1.0 : 0.0);
  }
  static void sizes(const double* x, double* s) {
    for (int i = 0; i < N; ++i) s[i] = x[i];
  }
  static std::string tangent_name(int d) { return "[" + std::to_string(d) + "]"; }
};

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

/// Directions: the vectors of unit length in Rᴺ, N ≥ 2. x ⊞ δ = cos‖δ‖ x + sin‖δ‖/‖δ‖ B δ, a walk along a great circle,
/// with B an orthonormal basis of what is at right angles to x: the Householder reflection that carries the last axis
/// to ∓x, without its last column. Two opposite points have no unique ⊟; the one along the first column is taken.
template <int N>
struct UnitSphere {
  static_assert(N >= 2);
  static constexpr int ambient = N, tangent = N - 1;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    T s(0.0), along(0.0);
    for (int d = 0; d < N - 1; ++d) {
      s = s + delta[d] * delta[d];
      along = along + x[d] * delta[d];
    }
    const T sinc = detail::sinc_of_square(s), cosine = detail::cos_of_square(s);
    const T last = x[N - 1], sign = sign_of(last), factor = along / (1.0 + sign * last);
    for (int i = 0; i < N - 1; ++i) y[i] = cosine * x[i] + sinc * (delta[i] - x[i] * factor);
    y[N - 1] = cosine * last - sinc * ((last + sign) * factor);
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    const T last = x[N - 1], sign = sign_of(last);
    T cosine(0.0), along(0.0);  // yᵀx, yᵀv with v = x ± e_N
    for (int i = 0; i < N; ++i) cosine = cosine + y[i] * x[i];
    along = cosine + sign * y[N - 1];
    const T factor = along / (1.0 + sign * last);
    T squares(0.0);
    for (int d = 0; d < N - 1; ++d) {
      delta[d] = y[d] - x[d] * factor;
      squares = squares + delta[d] * delta[d];
    }
    const auto square = innermost(squares), towards = innermost(cosine);
    const auto opposite = (square == 0.0) & (towards < 0.0);
    const T stretch = detail::arc_over_chord(T(select(opposite, T(1.0), squares)), cosine);
    for (int d = 0; d < N - 1; ++d)
      delta[d] = select(opposite, T(d == 0 ? 3.14159265358979323846 : 0.0), T(stretch * delta[d]));
  }
  template <class T>
  static void columns(const T* x, T* J) {
    const T last = x[N - 1], sign = sign_of(last), inverse = 1.0 / (1.0 + sign * last);
    for (int d = 0; d < N - 1; ++d) {
      const T factor = x[d] * inverse;
      for (int a = 0; a < N - 1; ++a) J[d * N + a] = (a == d ? 1.0 : 0.0) - x[a] * factor;
      J[d * N + N - 1] = -(last + sign) * factor;
    }
  }
  static void identity(double* x) {
    for (int i = 0; i < N; ++i) x[i] = i == N - 1 ? 1.0 : 0.0;
  }
  static std::string settle(double* x) { return detail::settle_unit({x, static_cast<std::size_t>(N)}, "vector"); }

 private:
  template <class T>
  static T sign_of(const T& v) {
    return select(innermost(v) < 0.0, T(-1.0), T(1.0));
  }
};

/// Pairs, triples, ... of points: numbers and tangent components of the parts one after the other.
template <class... Parts>
struct Product {
  static_assert(sizeof...(Parts) > 0);
  static constexpr int ambient = (Parts::ambient + ...), tangent = (Parts::tangent + ...);
  static constexpr bool closed = (detail::manifold_closed<Parts>() && ...);
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    ((Parts::template plus<T>(x, delta, y), x += Parts::ambient, y += Parts::ambient, delta += Parts::tangent), ...);
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    ((Parts::template minus<T>(y, x, delta), x += Parts::ambient, y += Parts::ambient, delta += Parts::tangent), ...);
  }
  template <class T>
  static void columns(const T* x, T* J) {
    for (int i = 0; i < ambient * tangent; ++i) J[i] = T(0.0);
    int row = 0, column = 0;
    (part_columns<Parts>(x, J, row, column), ...);
  }
  static void identity(double* x) { ((detail::manifold_identity<Parts>(x), x += Parts::ambient), ...); }
  static std::string settle(double* x) {
    std::string wrong;
    ((wrong = wrong.empty() ? detail::manifold_settle<Parts>(x) : wrong, x += Parts::ambient), ...);
    return wrong;
  }
  static void sizes(const double* x, double* s) {
    ((detail::manifold_sizes<Parts>(x, s), x += Parts::ambient, s += Parts::tangent), ...);
  }
  /// "part[1].rotation[0]", "part[0][2]".
  static std::string tangent_name(int d) {
    std::string name;
    int part = 0;
    (part_name<Parts>(d, part, name), ...);
    return name;
  }

 private:
  template <class Part, class T>
  static void part_columns(const T* x, T* J, int& row, int& column) {
    std::array<T, static_cast<std::size_t>(Part::ambient * Part::tangent)> own;
    detail::manifold_columns<Part, T>(x + row, own.data());
    for (int d = 0; d < Part::tangent; ++d)
      for (int a = 0; a < Part::ambient; ++a)
        J[(column + d) * ambient + row + a] = own[static_cast<std::size_t>(d * Part::ambient + a)];
    row += Part::ambient;
    column += Part::tangent;
  }
  template <class Part>
  static void part_name(int& d, int& part, std::string& name) {
    if (d >= 0 && d < Part::tangent) {
      const std::string own = detail::manifold_tangent_name<Part>(d);
      name = detail::indexed("part", part) + (own.starts_with('[') ? own : "." + own);
    }
    d -= Part::tangent;
    ++part;
  }
};

/// A manifold of which these tangent components do not move: Subset<SE3, 2, 3, 4> is a pose that slides in its own xy
/// plane and turns about its own z. They have no columns at all, where Problem::fix(block, component) keeps the
/// component for some blocks of a set and not for others; of the points that can be reached both say the same.
/// minus gives the kept part of the difference, which is all of it between points that the subset can reach in one
/// step.
template <class M, int... Held>
struct Subset {
  static_assert(((Held >= 0 && Held < M::tangent) && ...), "a tangent component that the manifold does not have");
  static constexpr int ambient = M::ambient, tangent = M::tangent - static_cast<int>(sizeof...(Held));
  static constexpr bool closed = false;
  static_assert(tangent > 0, "all components are held; fix the block instead");

  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    std::array<T, static_cast<std::size_t>(M::tangent)> all{};
    for (std::size_t d = 0; d < kept.size(); ++d) all[kept[d]] = delta[d];
    M::template plus<T>(x, all.data(), y);
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    std::array<T, static_cast<std::size_t>(M::tangent)> all;
    M::template minus<T>(y, x, all.data());
    for (std::size_t d = 0; d < kept.size(); ++d) delta[d] = all[kept[d]];
  }
  template <class T>
  static void columns(const T* x, T* J) {
    std::array<T, static_cast<std::size_t>(M::ambient * M::tangent)> all;
    detail::manifold_columns<M, T>(x, all.data());
    for (std::size_t d = 0; d < kept.size(); ++d)
      for (std::size_t a = 0; a < M::ambient; ++a) J[d * M::ambient + a] = all[kept[d] * M::ambient + a];
  }
  static void identity(double* x) { detail::manifold_identity<M>(x); }
  static std::string settle(double* x) { return detail::manifold_settle<M>(x); }
  static void sizes(const double* x, double* s) {
    std::array<double, static_cast<std::size_t>(M::tangent)> all;
    detail::manifold_sizes<M>(x, all.data());
    for (std::size_t d = 0; d < kept.size(); ++d) s[d] = all[kept[d]];
  }
  static std::string tangent_name(int d) {
    return detail::manifold_tangent_name<M>(static_cast<int>(kept[static_cast<std::size_t>(d)]));
  }

 private:
  static constexpr std::array<std::size_t, static_cast<std::size_t>(tangent)> kept = [] {
    std::array<std::size_t, static_cast<std::size_t>(tangent)> list{};
    std::size_t n = 0;
    for (int d = 0; d < M::tangent; ++d)
      if (!((d == Held) || ...)) list[n++] = static_cast<std::size_t>(d);
    return list;
  }();
};

/// x ⊞ δ and y ⊟ x of vectors, for residuals: boxminus<SE2>(b, a) is the pose of b in the frame of a, and
/// boxminus<SO3>(b, a) the rotation vector from a to b.
template <ManifoldType M, class A, class B>
auto boxplus(const Eigen::MatrixBase<A>& x, const Eigen::MatrixBase<B>& delta) {
  using T = detail::MixedScalar<A, B>;
  const Vec<T, M::ambient> from = x.template cast<T>();
  const Vec<T, M::tangent> step = delta.template cast<T>();
  Vec<T, M::ambient> y;
  M::template plus<T>(from.data(), step.data(), y.data());
  return y;
}
template <ManifoldType M, class A, class B>
auto boxminus(const Eigen::MatrixBase<A>& y, const Eigen::MatrixBase<B>& x) {
  using T = detail::MixedScalar<A, B>;
  const Vec<T, M::ambient> to = y.template cast<T>(), from = x.template cast<T>();
  Vec<T, M::tangent> delta;
  M::template minus<T>(to.data(), from.data(), delta.data());
  return delta;
}

/// A manifold by its value at run time, in double precision: what a Problem keeps for each set of blocks. One object
/// exists for each type.
class Manifold {
 public:
  virtual ~Manifold() = default;
  virtual int ambient_dimension() const = 0;
  virtual int tangent_dimension() const = 0;
  virtual bool closed() const = 0;
  /// y = x ⊞ δ, brought onto the manifold, so that rounding does not add up from step to step. y may be x.
  virtual void plus(const double* x, const double* delta, double* y) const = 0;
  /// δ = y ⊟ x.
  virtual void minus(const double* y, const double* x, double* delta) const = 0;
  /// ∂(x ⊞ δ)/∂δ at δ = 0, ambient × tangent, column-major.
  virtual void columns(const double* x, double* J) const = 0;
  /// The same at δ.
  virtual void plus_jacobian(const double* x, const double* delta, double* J) const = 0;
  virtual void identity(double* x) const = 0;
  /// Brings x onto the manifold where rounding keeps it off; else says what is wrong, in words.
  virtual std::string settle(double* x) const = 0;
  virtual void sizes(const double* x, double* s) const = 0;
  virtual std::string tangent_name(int d) const = 0;

  /// T, tangent × tangent, column-major: ∂((x ⊞ (δ + ε)) ⊟ y)/∂ε at ε = 0, y = x ⊞ δ. It carries a gradient g taken at
  /// y to the coordinates δ around x: Tᵀg. The manifold must be closed.
  void transition(const double* x, const double* delta, const double* y, double* T) const;
};

namespace detail {

template <class M>
class ManifoldOf final : public Manifold {
 public:
  int ambient_dimension() const override { return M::ambient; }
  int tangent_dimension() const override { return M::tangent; }
  bool closed() const override { return manifold_closed<M>(); }
  void plus(const double* x, const double* delta, double* y) const override {
    std::array<double, static_cast<std::size_t>(M::ambient)> moved;
    M::template plus<double>(x, delta, moved.data());
    manifold_settle<M>(moved.data());  // what is not finite stays so, and is met by the residuals
    for (std::size_t a = 0; a < moved.size(); ++a) y[a] = moved[a];
  }
  void minus(const double* y, const double* x, double* delta) const override { M::template minus<double>(y, x, delta); }
  void columns(const double* x, double* J) const override { manifold_columns<M, double>(x, J); }
  void plus_jacobian(const double* x, const double* delta, double* J) const override {
    detail::plus_jacobian<M, double>(x, delta, J);
  }
  void identity(double* x) const override { manifold_identity<M>(x); }
  std::string settle(double* x) const override { return manifold_settle<M>(x); }
  void sizes(const double* x, double* s) const override { manifold_sizes<M>(x, s); }
  std::string tangent_name(int d) const override { return manifold_tangent_name<M>(d); }
};

template <class M>
inline constexpr bool is_euclidean = false;
template <int N>
inline constexpr bool is_euclidean<Euclidean<N>> = true;

}  // namespace detail

/// The one object of a type; null for Euclidean<N>, whose blocks need none.
template <ManifoldType M>
const Manifold* manifold_of() {
  static_assert(M::tangent > 0 && M::tangent <= M::ambient);
  if constexpr (detail::is_euclidean<M>) {
    return nullptr;
  } else {
    static const detail::ManifoldOf<M> only;
    return &only;
  }
}

}  // namespace thalweg
