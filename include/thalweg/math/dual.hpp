// Forward-mode dual numbers: a value and its derivatives along N directions, propagated exactly by the chain rule
// (Wengert 1964; Griewank & Walther, Evaluating Derivatives, 2008, chapter 3).
//
// The coefficients may be double, a Pack of SIMD lanes, or duals again: Dual<Dual<double, 1>, N> carries second
// derivatives. Comparisons look at values only.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <type_traits>
#include <vector>

#include <thalweg/math/pack.hpp>
#include <thalweg/math/special.hpp>

// Duals of several SIMD packs are hundreds of bytes: an operation that is not inlined passes them through memory.
#define THALWEG_INLINE [[gnu::always_inline]] inline

namespace thalweg::inline v0_1 {

/// Width of a dual number, or dimension of a parameter block, known only at run time.
inline constexpr int Dynamic = -1;

/// N derivatives; with Dynamic width, none at all stand for a constant.
template <class T, int N>
struct Tangent {
  std::array<T, static_cast<std::size_t>(N)> d{};
  int size() const { return N; }
  T& operator[](int i) { return d[static_cast<std::size_t>(i)]; }
  const T& operator[](int i) const { return d[static_cast<std::size_t>(i)]; }

  /// s · x, and s · x + t · y.
  template <class S>
  THALWEG_INLINE static Tangent scaled(const S& s, const Tangent& x) {
    Tangent r;
    for (int i = 0; i < N; ++i) r[i] = s * x[i];
    return r;
  }
  template <class S, class U>
  THALWEG_INLINE static Tangent combined(const S& s, const Tangent& x, const U& t, const Tangent& y) {
    Tangent r;
    for (int i = 0; i < N; ++i) r[i] = s * x[i] + t * y[i];
    return r;
  }
};

template <class T>
struct Tangent<T, Dynamic> {
  std::vector<T> d;
  int size() const { return static_cast<int>(d.size()); }
  T& operator[](int i) { return d[static_cast<std::size_t>(i)]; }
  const T& operator[](int i) const { return d[static_cast<std::size_t>(i)]; }

  template <class S>
  THALWEG_INLINE static Tangent scaled(const S& s, const Tangent& x) {
    Tangent r{std::vector<T>(x.d.size())};
    for (int i = 0; i < x.size(); ++i) r[i] = s * x[i];
    return r;
  }
  template <class S, class U>
  THALWEG_INLINE static Tangent combined(const S& s, const Tangent& x, const U& t, const Tangent& y) {
    if (y.d.empty()) return scaled(s, x);
    if (x.d.empty()) return scaled(t, y);
    Tangent r{std::vector<T>(x.d.size())};
    for (int i = 0; i < x.size(); ++i) r[i] = s * x[i] + t * y[i];
    return r;
  }
};

/// value + Σ tangent[i] εᵢ with εᵢ εⱼ = 0.
template <class T, int N>
struct Dual {
  T value{};
  Tangent<T, N> tangent{};

  Dual() = default;
  /// A constant: every derivative is zero.
  template <class S>
  requires std::convertible_to<const S&, T> Dual(const S& s) : value(s) {}  // NOLINT: constants mix freely with duals
  Dual(T v, Tangent<T, N> t) : value(std::move(v)), tangent(std::move(t)) {}

  /// The i-th independent variable, of `width` when the width is Dynamic.
  static Dual variable(const T& v, int i, int width = N) {
    Dual x(v);
    if constexpr (N == Dynamic) x.tangent.d.assign(static_cast<std::size_t>(width), T(0.0));
    x.tangent[i] = T(1.0);
    return x;
  }

  Dual& operator+=(const auto& b) { return *this = *this + b; }
  Dual& operator-=(const auto& b) { return *this = *this - b; }
  Dual& operator*=(const auto& b) { return *this = *this * b; }
  Dual& operator/=(const auto& b) { return *this = *this / b; }
};

template <class X>
inline constexpr bool is_dual = false;
template <class T, int N>
inline constexpr bool is_dual<Dual<T, N>> = true;

/// What may stand beside a Dual<T, N> in an expression as a constant.
template <class S, class T, int N>
concept ConstantOf = std::convertible_to<const S&, T> && !std::same_as<S, Dual<T, N>>;

/// f(x) given f's value and derivative at x.value.
template <class T, int N>
THALWEG_INLINE Dual<T, N> chain(const T& f, const T& slope, const Dual<T, N>& x) {
  return {f, Tangent<T, N>::scaled(slope, x.tangent)};
}
/// f(x, y) given f's value and partial derivatives.
template <class T, int N>
THALWEG_INLINE Dual<T, N> chain(const T& f, const T& fx, const Dual<T, N>& x, const T& fy, const Dual<T, N>& y) {
  return {f, Tangent<T, N>::combined(fx, x.tangent, fy, y.tangent)};
}

// Arithmetic.

template <class T, int N>
THALWEG_INLINE Dual<T, N> operator+(const Dual<T, N>& a) {
  return a;
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> operator-(const Dual<T, N>& a) {
  return chain(T(-a.value), T(-1.0), a);
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> operator+(const Dual<T, N>& a, const Dual<T, N>& b) {
  return {a.value + b.value, Tangent<T, N>::combined(1.0, a.tangent, 1.0, b.tangent)};
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> operator-(const Dual<T, N>& a, const Dual<T, N>& b) {
  return {a.value - b.value, Tangent<T, N>::combined(1.0, a.tangent, -1.0, b.tangent)};
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> operator*(const Dual<T, N>& a, const Dual<T, N>& b) {
  return chain(T(a.value * b.value), b.value, a, a.value, b);
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> operator/(const Dual<T, N>& a, const Dual<T, N>& b) {
  const T inverse = 1.0 / b.value, quotient = a.value / b.value;
  return chain(quotient, inverse, a, T(-quotient * inverse), b);
}

template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator+(const Dual<T, N>& a, const S& s) {
  return {a.value + s, a.tangent};
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator+(const S& s, const Dual<T, N>& a) {
  return {s + a.value, a.tangent};
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator-(const Dual<T, N>& a, const S& s) {
  return {a.value - s, a.tangent};
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator-(const S& s, const Dual<T, N>& a) {
  return {s - a.value, Tangent<T, N>::scaled(-1.0, a.tangent)};
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator*(const Dual<T, N>& a, const S& s) {
  return {a.value * s, Tangent<T, N>::scaled(s, a.tangent)};
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator*(const S& s, const Dual<T, N>& a) {
  return a * s;
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator/(const Dual<T, N>& a, const S& s) {
  return {a.value / s, Tangent<T, N>::scaled(1.0 / s, a.tangent)};
}
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> operator/(const S& s, const Dual<T, N>& a) {
  const T quotient = s / a.value;
  return chain(quotient, T(-quotient / a.value), a);
}

// Comparisons, of values: a bool, or a Mask for packs.

/// The number behind any nesting of duals.
template <class S>
const S& innermost(const S& s) {
  return s;
}
template <class T, int N>
const auto& innermost(const Dual<T, N>& x) {
  return innermost(x.value);
}

#define THALWEG_COMPARE(op)                                    \
  template <class T, int N>                                    \
  auto operator op(const Dual<T, N>& a, const Dual<T, N>& b) { \
    return a.value op b.value;                                 \
  }                                                            \
  template <class T, int N, ConstantOf<T, N> S>                \
  auto operator op(const Dual<T, N>& a, const S& s) {          \
    return a.value op T(s);                                    \
  }                                                            \
  template <class T, int N, ConstantOf<T, N> S>                \
  auto operator op(const S& s, const Dual<T, N>& a) {          \
    return T(s) op a.value;                                    \
  }
THALWEG_COMPARE(<)
THALWEG_COMPARE(<=)
THALWEG_COMPARE(>)
THALWEG_COMPARE(>=)
THALWEG_COMPARE(==)
THALWEG_COMPARE(!=)
#undef THALWEG_COMPARE

/// condition ? a : b for duals; the condition is a bool or a Mask.
template <class C, class T, int N>
Dual<T, N> select(const C& c, const Dual<T, N>& a, const Dual<T, N>& b) {
  if constexpr (N == Dynamic) {
    return c ? a : b;
  } else {
    Dual<T, N> r(select(c, a.value, b.value));
    for (int i = 0; i < N; ++i) r.tangent[i] = select(c, a.tangent[i], b.tangent[i]);
    return r;
  }
}
template <class C, class T, int N, ConstantOf<T, N> S>
Dual<T, N> select(const C& c, const Dual<T, N>& a, const S& s) {
  return select(c, a, Dual<T, N>(s));
}
template <class C, class T, int N, ConstantOf<T, N> S>
Dual<T, N> select(const C& c, const S& s, const Dual<T, N>& b) {
  return select(c, Dual<T, N>(s), b);
}

}  // namespace thalweg::inline v0_1

#include <thalweg/math/dual_functions.hpp>

#undef THALWEG_INLINE
