// A pack of doubles, one per SIMD lane: the scalar type with which a residual is evaluated on several rows at once.
//
// The number of lanes follows the flags of the translation unit, so a Pack never crosses the compiled interface:
// packs live inside templates, spans of double go through virtual functions.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#if defined(__GLIBC__)
#include <features.h>
#endif

namespace thalweg::inline v0_1 {

#if defined(__AVX512F__)
inline constexpr int native_lanes = 8;
#elif defined(__AVX2__)
inline constexpr int native_lanes = 4;
#else
inline constexpr int native_lanes = 2;
#endif

/// The compiler's vector types of W doubles and of W 64-bit integers.
template <int W>
struct Lanes;
template <>
struct Lanes<2> {
  typedef double Real __attribute__((vector_size(16)));
  typedef std::int64_t Bits __attribute__((vector_size(16)));
};
template <>
struct Lanes<4> {
  typedef double Real __attribute__((vector_size(32)));
  typedef std::int64_t Bits __attribute__((vector_size(32)));
};
template <>
struct Lanes<8> {
  typedef double Real __attribute__((vector_size(64)));
  typedef std::int64_t Bits __attribute__((vector_size(64)));
};

/// Lanes chosen by number from a, then from b: lane k of the result is lane picks[k] of both side by side. The builtin
/// is that of GCC 12 and of Clang.
template <int... picks, class Raw>
[[gnu::always_inline]] inline Raw shuffle(const Raw& a, const Raw& b) {
  return __builtin_shufflevector(a, b, picks...);
}

/// Result of a lane-wise comparison; all bits of a lane set where it holds.
template <int W>
struct Mask {
  using Raw = typename Lanes<W>::Bits;
  Raw v;
  friend Mask operator&(Mask a, Mask b) { return {a.v & b.v}; }
  friend Mask operator|(Mask a, Mask b) { return {a.v | b.v}; }
  friend Mask operator!(Mask a) { return {~a.v}; }
};

template <int W>
struct Pack {
  using Raw = typename Lanes<W>::Real;
  Raw v;

  Pack() : v{} {}
  Pack(double s) : v(s - Raw{}) {}  // NOLINT: a number is a pack with equal lanes; s − 0 is s, which 0 + s need not be
  explicit Pack(Raw raw) : v(raw) {}

  /// Lanes from and to unaligned memory.
  static Pack load(const double* p) {
    Pack r;
    std::memcpy(&r.v, p, sizeof r.v);
    return r;
  }
  void store(double* p) const { std::memcpy(p, &v, sizeof v); }

  double operator[](int lane) const { return v[lane]; }

  Pack& operator+=(Pack b) {
    v += b.v;
    return *this;
  }
  Pack& operator-=(Pack b) {
    v -= b.v;
    return *this;
  }
  Pack& operator*=(Pack b) {
    v *= b.v;
    return *this;
  }
  Pack& operator/=(Pack b) {
    v /= b.v;
    return *this;
  }
  friend Pack operator+(Pack a, Pack b) { return Pack(a.v + b.v); }
  friend Pack operator-(Pack a, Pack b) { return Pack(a.v - b.v); }
  friend Pack operator*(Pack a, Pack b) { return Pack(a.v * b.v); }
  friend Pack operator/(Pack a, Pack b) { return Pack(a.v / b.v); }
  friend Pack operator-(Pack a) { return Pack(-a.v); }
  friend Pack operator+(Pack a) { return a; }

  friend Mask<W> operator<(Pack a, Pack b) { return {a.v < b.v}; }
  friend Mask<W> operator<=(Pack a, Pack b) { return {a.v <= b.v}; }
  friend Mask<W> operator>(Pack a, Pack b) { return {a.v > b.v}; }
  friend Mask<W> operator>=(Pack a, Pack b) { return {a.v >= b.v}; }
  friend Mask<W> operator==(Pack a, Pack b) { return {a.v == b.v}; }
  friend Mask<W> operator!=(Pack a, Pack b) { return {a.v != b.v}; }
};

using NativePack = Pack<native_lanes>;

/// condition ? a : b, the form of a conditional that works lane by lane (and on plain numbers).
template <int W>
Pack<W> select(Mask<W> c, Pack<W> a, Pack<W> b) {
  return Pack<W>(c.v ? a.v : b.v);
}
inline double select(bool c, double a, double b) { return c ? a : b; }

/// f applied to each lane, for functions without a vector form.
template <int W, class F>
Pack<W> map_lanes(Pack<W> a, F f) {
  Pack<W> r;
  for (int i = 0; i < W; ++i) r.v[i] = f(a.v[i]);
  return r;
}
template <int W, class F>
Pack<W> map_lanes(Pack<W> a, Pack<W> b, F f) {
  Pack<W> r;
  for (int i = 0; i < W; ++i) r.v[i] = f(a.v[i], b.v[i]);
  return r;
}

template <int W>
Pack<W> sqrt(Pack<W> a) {
  Pack<W> r;
  for (int i = 0; i < W; ++i) r.v[i] = std::sqrt(a.v[i]);
  return r;
}
template <int W>
Pack<W> abs(Pack<W> a) {
  return select(a < Pack<W>(0.0), -a, a + Pack<W>(0.0));
}
/// The smaller and the larger of two; NaN where either is NaN.
template <int W>
Pack<W> min(Pack<W> a, Pack<W> b) {
  return select((b < a) | (b != b), b, a);
}
template <int W>
Pack<W> max(Pack<W> a, Pack<W> b) {
  return select((a < b) | (b != b), b, a);
}
/// `value`, and NaN where a or b is NaN: pow(NaN, 0), pow(1, NaN) and hypot(∞, NaN) of the C library are not.
template <int W>
Pack<W> nan_of(Pack<W> a, Pack<W> b, Pack<W> value) {
  return select((a != a) | (b != b), a + b, value);
}

// The C library's vector functions (libmvec, within 4 units in the last place), by their x86-64 vector-ABI names:
// _ZGV, instruction set, N (no mask), lanes, a "v" per argument, name.
#if defined(__x86_64__) && defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)
#if defined(__AVX512F__)
#define THALWEG_VECTOR_NAME(args, name) _ZGVeN8##args##_##name
#elif defined(__AVX2__)
#define THALWEG_VECTOR_NAME(args, name) _ZGVdN4##args##_##name
#else
#define THALWEG_VECTOR_NAME(args, name) _ZGVbN2##args##_##name
#endif
#define THALWEG_UNARY(name)                                                 \
  extern "C" NativePack::Raw THALWEG_VECTOR_NAME(v, name)(NativePack::Raw); \
  inline NativePack name(NativePack a) { return NativePack(THALWEG_VECTOR_NAME(v, name)(a.v)); }
#define THALWEG_BINARY(name)                                                                  \
  extern "C" NativePack::Raw THALWEG_VECTOR_NAME(vv, name)(NativePack::Raw, NativePack::Raw); \
  inline NativePack name(NativePack a, NativePack b) {                                        \
    return nan_of(a, b, NativePack(THALWEG_VECTOR_NAME(vv, name)(a.v, b.v)));                 \
  }
#else
#define THALWEG_UNARY(name)                                     \
  inline NativePack name(NativePack a) {                        \
    return map_lanes(a, [](double s) { return std::name(s); }); \
  }
#define THALWEG_BINARY(name)                                                                  \
  inline NativePack name(NativePack a, NativePack b) {                                        \
    return nan_of(a, b, map_lanes(a, b, [](double s, double t) { return std::name(s, t); })); \
  }
#endif
THALWEG_UNARY(exp)
THALWEG_UNARY(expm1)
THALWEG_UNARY(log)
THALWEG_UNARY(log10)
THALWEG_UNARY(log1p)
THALWEG_UNARY(cbrt)
THALWEG_UNARY(sin)
THALWEG_UNARY(cos)
THALWEG_UNARY(tan)
THALWEG_UNARY(asin)
THALWEG_UNARY(acos)
THALWEG_UNARY(atan)
THALWEG_UNARY(sinh)
THALWEG_UNARY(cosh)
THALWEG_UNARY(tanh)
THALWEG_UNARY(asinh)
THALWEG_UNARY(acosh)
THALWEG_UNARY(atanh)
THALWEG_UNARY(exp2)
THALWEG_UNARY(log2)
THALWEG_UNARY(erf)
THALWEG_UNARY(erfc)
THALWEG_BINARY(pow)
THALWEG_BINARY(atan2)
THALWEG_BINARY(hypot)
#undef THALWEG_UNARY
#undef THALWEG_BINARY
#undef THALWEG_VECTOR_NAME

/// 1/cosh²(a), the slope of tanh: without cancellation where tanh is 1 to rounding, without overflow.
inline NativePack sech_squared(NativePack a) {
  const NativePack e = exp(-2.0 * abs(a)), sum = 1.0 + e;
  return 4.0 * e / (sum * sum);
}

template <int W>
Pack<W> tgamma(Pack<W> a) {
  return map_lanes(a, [](double s) { return std::tgamma(s); });
}
template <int W>
Pack<W> lgamma(Pack<W> a) {
  return map_lanes(a, [](double s) { return std::lgamma(s); });
}

}  // namespace thalweg::inline v0_1
