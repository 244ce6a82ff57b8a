// How a callable may be given to Problem::add_residuals, and what a residual group needs to know of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <thalweg/math/vec.hpp>

namespace thalweg::inline v0_1 {

/// Marks a callable that may be evaluated on several residuals at once: its scalars, data included, must be generic
/// (`const auto&`), and it must choose with select(condition, a, b) instead of `if`.
template <class F>
struct Simd {
  F f;
};
template <class F>
Simd<F> simd(F f) {
  return {std::move(f)};
}

/// Marks a black box that takes only doubles: its Jacobian comes from central differences with this step, relative to
/// the parameter (absolute where the parameter is zero).
template <class F>
struct Numeric {
  F f;
  double relative_step;
};
template <class F>
Numeric<F> numeric(F f, double relative_step = 6.0554544523933429e-6 /* ∛ε */) {
  return {std::move(f), relative_step};
}

namespace detail {

template <class F>
struct Unwrapped {
  using Type = F;
  static constexpr bool simd = false, numeric = false;
  static const F& get(const F& f) { return f; }
};
template <class F>
struct Unwrapped<Simd<F>> {
  using Type = F;
  static constexpr bool simd = true, numeric = false;
  static const F& get(const Simd<F>& f) { return f.f; }
};
template <class F>
struct Unwrapped<Numeric<F>> {
  using Type = F;
  static constexpr bool simd = false, numeric = true;
  static const F& get(const Numeric<F>& f) { return f.f; }
};

template <class S>
inline constexpr int lanes = 1;
template <int W>
inline constexpr int lanes<Pack<W>> = W;

// Of `count` items, at most as many as there are lanes.
inline void store(double value, double* to, int) { *to = value; }
template <int W>
void store(const Pack<W>& value, double* to, int count) {
  if (count == W) return value.store(to);
  double all[W];
  value.store(all);
  std::copy_n(all, count, to);
}
inline double total_of(double value) { return value; }
template <int W>
double total_of(const Pack<W>& value) {
  double s = 0.0;
  for (int l = 0; l < W; ++l) s += value[l];
  return s;
}
template <class Scalar>
Scalar load_weights(const double* w, int count) {
  if constexpr (lanes<Scalar> == 1) {
    return *w;
  } else {
    if (count == lanes<Scalar>) return Scalar::load(w);
    Scalar s;
    for (int l = 0; l < count; ++l) s.v[l] = w[l];
    return s;
  }
}

/// One block as the callable sees it: a Vec<T, N>, or a span when the dimension is known only at run time.
template <class T, int N>
struct Argument {
  Vec<T, N> v;
  void resize(int) {}
  const Vec<T, N>& get() const { return v; }
};
template <class T>
struct Argument<T, Dynamic> {
  std::vector<T> v;
  void resize(int n) { v.resize(static_cast<std::size_t>(n)); }
  std::span<const T> get() const { return v; }
};

/// What a residual callable returns: one number, or a fixed number of them.
template <class R>
struct Components {
  static constexpr int count = 1;
  static const R& at(const R& r, int) { return r; }
};
template <class T, int M, int O, int MR, int MC>
struct Components<Eigen::Matrix<T, M, 1, O, MR, MC>> {
  static_assert(M > 0, "a residual has a fixed number of components");
  static constexpr int count = M;
  static const T& at(const Eigen::Matrix<T, M, 1, O, MR, MC>& r, int k) { return r[k]; }
};
template <class T, std::size_t M>
struct Components<std::array<T, M>> {
  static constexpr int count = static_cast<int>(M);
  static const T& at(const std::array<T, M>& r, int k) { return r[static_cast<std::size_t>(k)]; }
};

template <class A>
using Evaluated = std::remove_cvref_t<A>;

}  // namespace detail

}  // namespace thalweg::inline v0_1
