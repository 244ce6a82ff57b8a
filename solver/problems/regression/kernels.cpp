#include "problems/regression/kernels.hpp"

#include <math/dense_kernels.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::regression {
namespace {

using P = NativePack;
constexpr std::int64_t lanes = native_lanes;

/// Entries (i, i + A) × (j, j + B) of Xᵀ diag(w) X, A·B sums in registers.
template <int A, int B>
void block(const Tile& X, std::int64_t i, std::int64_t j, const double* w, double* H, std::int64_t stride) {
  P sum[A][B];
  const double* const left = X.data + i * X.stride;
  const double* const right = X.data + j * X.stride;
  const std::int64_t m = padded(X.rows);
  for (std::int64_t r = 0; r < m; r += lanes) {
    const P weight = P::load(w + r);
    P scaled[A];
    for (int a = 0; a < A; ++a) scaled[a] = weight * P::load(left + a * X.stride + r);
    for (int b = 0; b < B; ++b) {
      const P x = P::load(right + b * X.stride + r);
      for (int a = 0; a < A; ++a) sum[a][b] += scaled[a] * x;
    }
  }
  for (int a = 0; a < A; ++a)
    for (int b = 0; b < B; ++b)
      if (j + b <= i + a) H[(i + a) * stride + j + b] += kernels::sum_of_lanes(sum[a][b]);
}

template <int A>
void row_of_blocks(const Tile& X, std::int64_t i, const double* w, double* H, std::int64_t stride) {
  std::int64_t j = 0;
  for (; j + 4 <= i + A; j += 4) block<A, 4>(X, i, j, w, H, stride);
  switch (i + A - j) {
    case 3:
      return block<A, 3>(X, i, j, w, H, stride);
    case 2:
      return block<A, 2>(X, i, j, w, H, stride);
    case 1:
      return block<A, 1>(X, i, j, w, H, stride);
    default:
      return;
  }
}

}  // namespace

void multiply(const Tile& X, std::int64_t columns, const double* w, double* s) {
  const std::int64_t m = padded(X.rows);
  std::int64_t r = 0;
  for (; r + 4 * lanes <= m; r += 4 * lanes) {
    P sum[4];
    for (std::int64_t j = 0; j < columns; ++j) {
      const P factor(w[j]);
      const double* x = X.data + j * X.stride + r;
      for (int k = 0; k < 4; ++k) sum[k] += factor * P::load(x + k * lanes);
    }
    for (int k = 0; k < 4; ++k) sum[k].store(s + r + k * lanes);
  }
  for (; r < m; r += lanes) {
    P sum;
    for (std::int64_t j = 0; j < columns; ++j) sum += P(w[j]) * P::load(X.data + j * X.stride + r);
    sum.store(s + r);
  }
}

void add_transposed(const Tile& X, std::int64_t columns, const double* d, double* g) {
  for (std::int64_t j = 0; j < columns; ++j) g[j] += kernels::dot(X.data + j * X.stride, d, padded(X.rows));
}

void add_weighted_square(const Tile& X, std::int64_t columns, const double* w, double* H, std::int64_t stride) {
  std::int64_t i = 0;
  for (; i + 4 <= columns; i += 4) row_of_blocks<4>(X, i, w, H, stride);
  switch (columns - i) {
    case 3:
      return row_of_blocks<3>(X, i, w, H, stride);
    case 2:
      return row_of_blocks<2>(X, i, w, H, stride);
    case 1:
      return row_of_blocks<1>(X, i, w, H, stride);
    default:
      return;
  }
}

}  // namespace thalweg::regression
