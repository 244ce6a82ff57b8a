#include "models/regression/kernels.hpp"

#include <type_traits>

#include <math/dense_kernels.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1::regression {
namespace {

using P = NativePack;
constexpr std::int64_t lanes = native_lanes;
// Sums held in registers at once: side × side.
constexpr int side = 4;

/// Calls f with an integral constant C for each block of columns [j, j + C).
template <class F>
void by_blocks(std::int64_t count, F f) {
  std::int64_t j = 0;
  for (; j + side <= count; j += side) f(j, std::integral_constant<int, side>());
  switch (count - j) {
    case 3:
      return f(j, std::integral_constant<int, 3>());
    case 2:
      return f(j, std::integral_constant<int, 2>());
    case 1:
      return f(j, std::integral_constant<int, 1>());
    default:
      return;
  }
}

/// R packs of samples, C columns of Z.
template <int R, int C>
void multiply_block(const Columns& A, std::int64_t row, const WeightMatrix& W, std::int64_t j, double* Z,
                    std::int64_t stride, bool add) {
  P sum[C][R];
  const double* a = A.data + row;
  const double* w = W.data + j * W.column;
  for (std::int64_t k = 0; k < A.count; ++k, a += A.stride, w += W.row) {
    P x[R];
    for (int r = 0; r < R; ++r) x[r] = P::load(a + r * lanes);
    for (int c = 0; c < C; ++c) {
      const P factor(w[c * W.column]);
      for (int r = 0; r < R; ++r) sum[c][r] += factor * x[r];
    }
  }
  for (int c = 0; c < C; ++c)
    for (int r = 0; r < R; ++r) {
      double* const to = Z + (j + c) * stride + row + r * lanes;
      (add ? P::load(to) + sum[c][r] : sum[c][r]).store(to);
    }
}

/// Entries (i, i + C) × (j, j + B) of Aᵀ diag(w) D; w may be null.
template <int C, int B, class Put>
void square_block(const double* A, std::int64_t a_stride, const double* D, std::int64_t d_stride, const double* w,
                  std::int64_t rows, Put put) {
  P sum[C][B];
  for (std::int64_t r = 0; r < rows; r += lanes) {
    P left[C];
    for (int c = 0; c < C; ++c) left[c] = P::load(A + c * a_stride + r);
    if (w) {
      const P weight = P::load(w + r);
      for (int c = 0; c < C; ++c) left[c] *= weight;
    }
    for (int b = 0; b < B; ++b) {
      const P right = P::load(D + b * d_stride + r);
      for (int c = 0; c < C; ++c) sum[c][b] += left[c] * right;
    }
  }
  for (int c = 0; c < C; ++c)
    for (int b = 0; b < B; ++b) put(c, b, kernels::sum_of_lanes(sum[c][b]));
}

}  // namespace

void multiply(const Columns& A, const WeightMatrix& W, double* Z, std::int64_t stride, bool add) {
  const std::int64_t rows = padded(A.rows);
  std::int64_t row = 0;
  for (; row + side * lanes <= rows; row += side * lanes)
    by_blocks(W.columns, [&](std::int64_t j, auto C) { multiply_block<side, C()>(A, row, W, j, Z, stride, add); });
  for (; row < rows; row += lanes)
    by_blocks(W.columns, [&](std::int64_t j, auto C) { multiply_block<1, C()>(A, row, W, j, Z, stride, add); });
}

void add_transposed(const Columns& A, const Columns& D, double* G) {
  const std::int64_t rows = padded(A.rows);
  by_blocks(D.count, [&](std::int64_t j, auto B) {
    by_blocks(A.count, [&](std::int64_t i, auto C) {
      square_block<C(), B()>(A.data + i * A.stride, A.stride, D.data + j * D.stride, D.stride, nullptr, rows,
                             [&](int c, int b, double sum) { G[(j + b) * A.count + i + c] += sum; });
    });
  });
}

void add_weighted_square(const Columns& A, const double* w, double* H, std::int64_t stride) {
  const std::int64_t rows = padded(A.rows);
  by_blocks(A.count, [&](std::int64_t i, auto C) {
    by_blocks(i + C(), [&](std::int64_t j, auto B) {
      square_block<C(), B()>(A.data + i * A.stride, A.stride, A.data + j * A.stride, A.stride, w, rows,
                             [&](int c, int b, double sum) {
                               if (j + b <= i + c) H[(i + c) * stride + j + b] += sum;
                             });
    });
  });
}

}  // namespace thalweg::inline v0_1::regression
