// Compiled without contraction of a * b + c: the sums below are exact only as they are written (solver/CMakeLists.txt).
#include "models/regression/exact_residual.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1::regression {
namespace {

constexpr std::int64_t lanes = 8;  // independent sums, which the compiler makes a vector of

/// hi + lo of each lane, unevaluated: twice the digits.
struct Sums {
  double hi[lanes] = {}, lo[lanes] = {};

  /// += a b (Dekker 1971; Ogita, Rump & Oishi 2005, algorithm 5.3 without its last rounding).
  void add(std::int64_t l, double a, double b) {
    const double p = a * b, rest = std::fma(a, b, -p);
    const double s = hi[l] + p, z = s - hi[l];
    lo[l] += ((hi[l] - (s - z)) + (p - z)) + rest;
    hi[l] = s;
  }
};

}  // namespace

void exact_residual(const PlainMatrix& A, const double* b, const double* r, const double* x, double* out) {
  for (std::int64_t first = 0; first < A.rows; first += lanes) {
    const std::int64_t m = std::min(lanes, A.rows - first);
    Sums sums;
    for (std::int64_t l = 0; l < m; ++l) sums.hi[l] = b[first + l];
    for (std::int64_t l = 0; l < m; ++l) sums.add(l, -1.0, r[first + l]);
    for (std::int64_t j = 0; j < A.columns; ++j) {
      const double* column = A.data + j * A.stride + first;
      if (m == lanes)
        for (std::int64_t l = 0; l < lanes; ++l) sums.add(l, -column[l], x[j]);
      else
        for (std::int64_t l = 0; l < m; ++l) sums.add(l, -column[l], x[j]);
    }
    for (std::int64_t l = 0; l < m; ++l) out[first + l] = sums.hi[l] + sums.lo[l];
  }
}

void exact_transposed(const PlainMatrix& A, const double* r, double* out) {
  for (std::int64_t j = 0; j < A.columns; ++j) {
    const double* column = A.data + j * A.stride;
    Sums sums;
    std::int64_t i = 0;
    for (; i + lanes <= A.rows; i += lanes)
      for (std::int64_t l = 0; l < lanes; ++l) sums.add(l, -column[i + l], r[i + l]);
    for (; i < A.rows; ++i) sums.add(0, -column[i], r[i]);
    Sums total;
    for (std::int64_t l = 0; l < lanes; ++l) {
      total.add(0, sums.hi[l], 1.0);
      total.lo[0] += sums.lo[l];
    }
    out[j] = total.hi[0] + total.lo[0];
  }
}

}  // namespace thalweg::inline v0_1::regression
