// What a type must have to be a manifold, what all of them share, and Rᴺ.
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

namespace thalweg::inline v0_1 {

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

}  // namespace thalweg::inline v0_1
