// Elementary and special functions of dual numbers. Included by dual.hpp, at its end.
#pragma once

#include <thalweg/math/dual.hpp>

namespace thalweg::inline v0_1 {

// Functions: value and slope. `using std::f` inside lets the coefficient be a double, anything else is found by its
// type.

#define THALWEG_FUNCTION(name, slope)                                                                              \
  template <class T, int N>                                                                                        \
  THALWEG_INLINE Dual<T, N> name(const Dual<T, N>& x) {                                                            \
    using std::sqrt, std::exp, std::expm1, std::log, std::log10, std::log1p, std::cbrt, std::sin;                  \
    using std::cos, std::tan, std::asin, std::acos, std::atan, std::sinh, std::cosh, std::tanh;                    \
    using std::exp2, std::log2, std::asinh, std::acosh, std::atanh, std::erf, std::erfc, std::tgamma, std::lgamma; \
    using std::hypot;                                                                                              \
    const T& v = x.value;                                                                                          \
    const T f = name(v);                                                                                           \
    return chain(f, T(slope), x);                                                                                  \
  }
inline constexpr double two_over_sqrt_pi = 1.1283791670955125739;
inline constexpr double inverse_ln_10 = 0.43429448190325182765;
THALWEG_FUNCTION(exp, f)
THALWEG_FUNCTION(expm1, exp(v))
THALWEG_FUNCTION(log, 1.0 / v)
THALWEG_FUNCTION(log10, inverse_ln_10 / v)
THALWEG_FUNCTION(log1p, 1.0 / (1.0 + v))
THALWEG_FUNCTION(sin, cos(v))
THALWEG_FUNCTION(cos, -sin(v))
THALWEG_FUNCTION(tan, 1.0 + f * f)
THALWEG_FUNCTION(asin, 1.0 / sqrt((1.0 - v) * (1.0 + v)))
THALWEG_FUNCTION(acos, -1.0 / sqrt((1.0 - v) * (1.0 + v)))
THALWEG_FUNCTION(atan, 1.0 / (1.0 + v * v))
THALWEG_FUNCTION(sinh, cosh(v))
THALWEG_FUNCTION(cosh, sinh(v))
THALWEG_FUNCTION(tanh, sech_squared(v))
THALWEG_FUNCTION(sech_squared, -2.0 * f * tanh(v))
THALWEG_FUNCTION(exp2, 0.69314718055994530942 * f)
THALWEG_FUNCTION(log2, 1.44269504088896340736 / v)
THALWEG_FUNCTION(asinh, 1.0 / hypot(v, T(1.0)))
THALWEG_FUNCTION(acosh, 1.0 / (sqrt(v - 1.0) * sqrt(v + 1.0)))
THALWEG_FUNCTION(atanh, 1.0 / ((1.0 - v) * (1.0 + v)))
THALWEG_FUNCTION(erf, two_over_sqrt_pi* exp(-v* v))
THALWEG_FUNCTION(erfc, -two_over_sqrt_pi* exp(-v* v))
THALWEG_FUNCTION(tgamma, f* digamma(v))
THALWEG_FUNCTION(lgamma, digamma(v))
#undef THALWEG_FUNCTION

template <int W>
Pack<W> digamma(Pack<W> a) {
  return map_lanes(a, [](double s) { return digamma(s); });
}
template <int W>
Pack<W> polygamma(int n, Pack<W> a) {
  return map_lanes(a, [n](double s) { return polygamma(n, s); });
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> polygamma(int n, const Dual<T, N>& x) {
  return chain(T(polygamma(n, x.value)), T(polygamma(n + 1, x.value)), x);
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> digamma(const Dual<T, N>& x) {
  return chain(T(digamma(x.value)), T(polygamma(1, x.value)), x);
}

/// √x. At 0 the slope is infinite; a derivative that is zero there stays zero instead of becoming 0 · ∞.
template <class T, int N>
THALWEG_INLINE Dual<T, N> sqrt(const Dual<T, N>& x) {
  using std::sqrt;
  const T f = sqrt(x.value), slope = 0.5 / f;
  Dual<T, N> r = chain(f, slope, x);
  for (int i = 0; i < r.tangent.size(); ++i)
    r.tangent[i] = select(innermost(x.tangent[i]) == 0.0, T(x.tangent[i]), r.tangent[i]);
  return r;
}

template <class T, int N>
THALWEG_INLINE Dual<T, N> cbrt(const Dual<T, N>& x) {
  using std::cbrt;
  const T f = cbrt(x.value);
  return chain(f, T(1.0 / (3.0 * f * f)), x);
}

/// |x|, with slope +1 at 0.
template <class T, int N>
THALWEG_INLINE Dual<T, N> abs(const Dual<T, N>& x) {
  return select(innermost(x) < 0.0, -x, x);
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> fabs(const Dual<T, N>& x) {
  return abs(x);
}

// The smaller and the larger of two; a NaN, on either side, wins.
#define THALWEG_EXTREMUM(name, first_wins)                                   \
  template <class T, int N>                                                  \
  THALWEG_INLINE Dual<T, N> name(const Dual<T, N>& a, const Dual<T, N>& b) { \
    const auto p = innermost(a), q = innermost(b);                           \
    return select(first_wins, a, b);                                         \
  }                                                                          \
  template <class T, int N, ConstantOf<T, N> S>                              \
  THALWEG_INLINE Dual<T, N> name(const Dual<T, N>& a, const S& s) {          \
    return name(a, Dual<T, N>(s));                                           \
  }                                                                          \
  template <class T, int N, ConstantOf<T, N> S>                              \
  THALWEG_INLINE Dual<T, N> name(const S& s, const Dual<T, N>& b) {          \
    return name(Dual<T, N>(s), b);                                           \
  }
THALWEG_EXTREMUM(min, (p <= q) | (p != p))
THALWEG_EXTREMUM(max, (p >= q) | (p != p))
THALWEG_EXTREMUM(fmin, (p <= q) | (p != p))
THALWEG_EXTREMUM(fmax, (p >= q) | (p != p))
#undef THALWEG_EXTREMUM

template <class T, int N>
THALWEG_INLINE Dual<T, N> atan2(const Dual<T, N>& y, const Dual<T, N>& x) {
  using std::atan2;
  const T inverse = 1.0 / (x.value * x.value + y.value * y.value);
  return chain(T(atan2(y.value, x.value)), T(x.value * inverse), y, T(-y.value * inverse), x);
}
/// `value`, and NaN where a or b is NaN: pow(NaN, 0), pow(1, NaN) and hypot(∞, NaN) of the C library are not.
template <class T>
THALWEG_INLINE T nan_among(const T& a, const T& b, const T& value) {
  const auto p = innermost(a), q = innermost(b);
  return select((p != p) | (q != q), T(a + b), value);
}

/// √(x² + y²), with slope 0 at the origin, the least slope of the cone there.
template <class T, int N>
THALWEG_INLINE Dual<T, N> hypot(const Dual<T, N>& x, const Dual<T, N>& y) {
  using std::hypot;
  const T f = nan_among(x.value, y.value, T(hypot(x.value, y.value)));
  const auto at_origin = innermost(f) == 0.0;
  return chain(f, select(at_origin, T(0.0), T(x.value / f)), x, select(at_origin, T(0.0), T(y.value / f)), y);
}

/// x^c for a constant c: the slope of x⁰ is zero everywhere, also at x = 0.
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> pow(const Dual<T, N>& x, const S& c) {
  using std::pow;
  const T exponent(c);
  const T slope = select(innermost(exponent) == 0.0, T(0.0), T(exponent * pow(x.value, T(exponent - 1.0))));
  return chain(nan_among(x.value, exponent, T(pow(x.value, exponent))), slope, x);
}
/// b^y for a constant base; 0^y is 0 for y > 0 and does not change with y.
template <class T, int N, ConstantOf<T, N> S>
THALWEG_INLINE Dual<T, N> pow(const S& b, const Dual<T, N>& y) {
  using std::pow, std::log;
  const T base(b), f = nan_among(base, y.value, T(pow(base, y.value)));
  return chain(f, select(innermost(f) == 0.0, T(0.0), T(f * log(base))), y);
}
template <class T, int N>
THALWEG_INLINE Dual<T, N> pow(const Dual<T, N>& x, const Dual<T, N>& y) {
  using std::pow, std::log;
  const T f = nan_among(x.value, y.value, T(pow(x.value, y.value)));
  const T by_x = select(innermost(y) == 0.0, T(0.0), T(y.value * pow(x.value, T(y.value - 1.0))));
  const T by_y = select(innermost(f) == 0.0, T(0.0), T(f * log(x.value)));
  return chain(f, by_x, x, by_y, y);
}

template <class T, int N>
bool isfinite(const Dual<T, N>& x) {
  using std::isfinite;
  if (!isfinite(x.value)) return false;
  for (int i = 0; i < x.tangent.size(); ++i)
    if (!isfinite(x.tangent[i])) return false;
  return true;
}
template <class T, int N>
bool isnan(const Dual<T, N>& x) {
  using std::isnan;
  return isnan(x.value);
}

}  // namespace thalweg::inline v0_1
