// The three products that models are made of, SIMD across samples. Their bits depend on the numbers alone: neither on
// where they lie in memory, which decides what a general library does with the ends, nor on threads. Private to the
// floor.
#pragma once

#include <cstdint>

namespace thalweg::inline v0_1::regression {

/// Columns over samples, `stride` apart. The rows up to the next cache line are there too, and are read and written.
struct Columns {
  const double* data;
  std::int64_t stride, rows, count;
};
/// The entry (i, j) of a matrix of weights, at data[i * row + j * column]; `columns` of them are wanted.
struct WeightMatrix {
  const double* data;
  std::int64_t row, column, columns;
};

/// Z = A W, or Z += A W; the columns of Z are `stride` apart.
void multiply(const Columns& A, const WeightMatrix& W, double* Z, std::int64_t stride, bool add = false);
/// G += Aᵀ D, G column-major with A.count rows. The rows behind the samples of A or of D are zero.
void add_transposed(const Columns& A, const Columns& D, double* G);
/// H += Aᵀ diag(w) A: the lower triangle of a matrix whose rows are `stride` apart. w is zero behind the samples.
void add_weighted_square(const Columns& A, const double* w, double* H, std::int64_t stride);

}  // namespace thalweg::inline v0_1::regression
