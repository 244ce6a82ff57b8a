// Residuals of linear systems in twice the precision. Private to the floor.
#pragma once

#include <cstdint>

namespace thalweg::inline v0_1::regression {

/// A, m × n, column-major, columns `stride` apart.
struct PlainMatrix {
  const double* data;
  std::int64_t rows, columns, stride;
};

/// out = b − r − A x, each entry rounded once, near enough.
void exact_residual(const PlainMatrix& A, const double* b, const double* r, const double* x, double* out);
/// out = −Aᵀ r, likewise.
void exact_transposed(const PlainMatrix& A, const double* r, double* out);

}  // namespace thalweg::inline v0_1::regression
