// Dot products and updates of cache-line-padded columns, in an order fixed by the length alone.
#pragma once

#include <cstdint>

#include <thalweg/base/aligned.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1::kernels {

static_assert(row_padding % native_lanes == 0);

/// Sum of the lanes, halves upon halves: the shortest chain of additions.
template <int W>
inline double sum_of_lanes(Pack<W> p) {
  if constexpr (W == 2) {
    return p[0] + p[1];
  } else {
    Pack<W / 2> low, high;
    for (int l = 0; l < W / 2; ++l) {
      low.v[l] = p.v[l];
      high.v[l] = p.v[l + W / 2];
    }
    return sum_of_lanes(low + high);
  }
}

/// aᵀb over n entries, n a multiple of row_padding.
inline double dot(const double* a, const double* b, std::int64_t n) {
  NativePack even, odd;
  std::int64_t i = 0;
  for (; i + 2 * native_lanes <= n; i += 2 * native_lanes) {
    even += NativePack::load(a + i) * NativePack::load(b + i);
    odd += NativePack::load(a + i + native_lanes) * NativePack::load(b + i + native_lanes);
  }
  if (i < n) even += NativePack::load(a + i) * NativePack::load(b + i);
  return sum_of_lanes(even + odd);
}

/// b += s a over n entries, n a multiple of row_padding.
inline void axpy(double s, const double* a, double* b, std::int64_t n) {
  const NativePack factor(s);
  for (std::int64_t i = 0; i < n; i += native_lanes)
    (NativePack::load(b + i) + factor * NativePack::load(a + i)).store(b + i);
}

/// y = A x: A's rows padded, columns() entries in x.
inline void multiply(const DenseMatrix& A, const double* x, double* y) {
  std::fill_n(y, A.stride(), 0.0);
  for (std::int64_t j = 0; j < A.columns(); ++j) axpy(x[j], A.column(j), y, A.stride());
}

/// y = Aᵀ x.
inline void multiply_transposed(const DenseMatrix& A, const double* x, double* y) {
  for (std::int64_t j = 0; j < A.columns(); ++j) y[j] = dot(A.column(j), x, A.stride());
}

}  // namespace thalweg::inline v0_1::kernels
