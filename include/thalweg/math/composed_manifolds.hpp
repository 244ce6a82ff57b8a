// Spheres, products of manifolds, and manifolds of which components are held.
#pragma once

#include <thalweg/math/manifold_type.hpp>

namespace thalweg::inline v0_1 {

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

}  // namespace thalweg::inline v0_1
