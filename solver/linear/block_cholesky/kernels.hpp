// Dense kernels on slabs (plan.hpp): products of slabs, and one block column of a Cholesky factor.
//
// A tile of the result, some slabs tall and one block column wide, stays in registers: with AVX-512 24 of the 32 hold
// 24 × 8 numbers, and each step of the inner loop is three loads, eight broadcasts and 24 multiply-adds.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace thalweg::inline v0_1::block_cholesky {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64, most_slabs = 3, most_columns = 8;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32, most_slabs = 1, most_columns = 4;
#else
inline constexpr int vector_bytes = 16, most_slabs = 1, most_columns = 2;
#endif

/// Rows of a slab: one cache line.
template <class T>
inline constexpr int slab_rows = 64 / static_cast<int>(sizeof(T));

template <class T>
struct Native;
template <>
struct Native<double> {
  typedef double Vector __attribute__((vector_size(vector_bytes)));
  typedef std::int64_t Bits __attribute__((vector_size(vector_bytes)));
};
template <>
struct Native<float> {
  typedef float Vector __attribute__((vector_size(vector_bytes)));
  typedef std::int32_t Bits __attribute__((vector_size(vector_bytes)));
};

template <class T>
using Vector = typename Native<T>::Vector;
template <class T>
inline constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));
/// Vectors of one column of a slab.
template <class T>
inline constexpr int parts = slab_rows<T> / lanes<T>;

template <class T>
[[gnu::always_inline]] inline Vector<T> load(const T* p) {
  Vector<T> v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
[[gnu::always_inline]] inline void store(T* p, const Vector<T>& v) {
  std::memcpy(p, &v, sizeof v);
}
template <class T>
[[gnu::always_inline]] inline Vector<T> splat(T s) {
  return s - Vector<T>{};
}

/// S slabs tall, N columns wide.
template <class T, int S, int N>
struct Tile {
  static constexpr int H = slab_rows<T>, V = S * parts<T>;
  Vector<T> v[N][V];

  [[gnu::always_inline]] void clear() {
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n)
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) v[n][i] = Vector<T>{};
  }
  static std::int64_t at(int i, std::int64_t slab_stride) {
    return i / parts<T> * slab_stride + i % parts<T> * lanes<T>;
  }
  [[gnu::always_inline]] void load(const T* p, std::int64_t slab_stride, std::int64_t column_stride) {
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n)
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) v[n][i] = block_cholesky::load(p + at(i, slab_stride) + n * column_stride);
  }
  [[gnu::always_inline]] void store(T* p, std::int64_t slab_stride, std::int64_t column_stride) const {
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n)
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) block_cholesky::store(p + at(i, slab_stride) + n * column_stride, v[n][i]);
  }
  /// Subtracts A Bᵀ: k columns of S slabs at a, and of N rows of the slab at b.
  [[gnu::always_inline]] void subtract(const T* a, std::int64_t slab_stride, const T* b, std::int64_t k) {
    for (std::int64_t p = 0; p < k; ++p, a += H, b += H) {
      Vector<T> x[V];
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) x[i] = block_cholesky::load(a + at(i, slab_stride));
#pragma GCC unroll 8
      for (int n = 0; n < N; ++n) {
        const Vector<T> y = splat(b[n]);
#pragma GCC unroll 8
        for (int i = 0; i < V; ++i) v[n][i] -= x[i] * y;
      }
    }
  }
  /// X ← X L⁻ᵀ for the lower triangular L of N columns, column j at l + jH, the inverses of its diagonal apart.
  [[gnu::always_inline]] void solve(const T* l, const T* inverse) {
#pragma GCC unroll 8
    for (int j = 0; j < N; ++j) {
      const Vector<T> d = splat(inverse[j]);
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) v[j][i] *= d;
#pragma GCC unroll 8
      for (int n = j + 1; n < N; ++n) {
        const Vector<T> y = splat(l[j * H + n]);
#pragma GCC unroll 8
        for (int i = 0; i < V; ++i) v[n][i] -= v[j][i] * y;
      }
    }
  }
  /// The Cholesky factor of the N × N numbers whose rows are lanes O … O + N − 1 of the only slab, and the solution of
  /// the lanes below. A pivot must exceed `least`; returns the first that does not, or N.
  template <int O>
  [[gnu::always_inline]] int factor(const T* least, T* inverse) {
    static_assert(S == 1);
#pragma GCC unroll 8
    for (int j = 0; j < N; ++j) {
      const T pivot = v[j][(O + j) / lanes<T>][(O + j) % lanes<T>];
      if (!(pivot > least[j])) return j;
      // The next pivot waits for this quotient only: the root is found beside it.
      const Vector<T> reciprocal = splat(T(1) / pivot);
      const T root = std::sqrt(pivot);
      Vector<T> scaled[V];
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) scaled[i] = v[j][i] * reciprocal;
#pragma GCC unroll 8
      for (int n = j + 1; n < N; ++n) {
        const Vector<T> y = splat(scaled[(O + n) / lanes<T>][(O + n) % lanes<T>]);
#pragma GCC unroll 8
        for (int i = 0; i < V; ++i) v[n][i] -= v[j][i] * y;
      }
      inverse[j] = T(1) / root;
      const Vector<T> r = splat(root);
#pragma GCC unroll 8
      for (int i = 0; i < V; ++i) v[j][i] = scaled[i] * r;
    }
    return N;
  }
};

/// Calls f with the number as a constant, 1 to N.
template <int N, class F>
[[gnu::always_inline]] inline void with_constant(std::int64_t n, F&& f) {
  if constexpr (N > 1) {
    if (n < N) return with_constant<N - 1>(n, f);
  }
  f.template operator()<N>();
}

/// Calls f(first slab, constant number of slabs) for groups of slabs from `first` to `end`.
template <class F>
[[gnu::always_inline]] inline void each_group(std::int64_t first, std::int64_t end, F&& f) {
  for (; first + most_slabs <= end; first += most_slabs) f.template operator()<most_slabs>(first);
  if constexpr (most_slabs > 2)
    if (first + 2 <= end) {
      f.template operator()<2>(first);
      first += 2;
    }
  if constexpr (most_slabs > 1)
    if (first < end) f.template operator()<1>(first);
}

}  // namespace thalweg::inline v0_1::block_cholesky
