// Jacobi, Gauss-Seidel, successive overrelaxation.
#include <string>

#include <linear/iterative/recorder.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using namespace iterative;

/// A by rows, with its diagonal.
struct Rows {
  SparseMatrix transposed;  // its columns are A's rows
  Vector diagonal;

  Rows(const SparseMatrix& A, const char* method) : transposed(A.transposed()) {
    expect_square(A.rows, A.columns, method);
    const std::vector<double> d = A.diagonal();
    diagonal = ConstView(d.data(), A.rows);
    for (std::int64_t i = 0; i < A.rows; ++i)
      if (diagonal(i) == 0.0)
        throw Error(std::string(method) + " divides by the diagonal, and entry (" + std::to_string(i + 1) + ", " +
                    std::to_string(i + 1) + ") is zero; expected a diagonal without zeros, or another method");
  }

  /// bᵢ − (Ax)ᵢ
  double residual(std::int64_t i, const double* b, const double* x) const {
    const auto c = static_cast<std::size_t>(i);
    double sum = b[i];
    for (std::int64_t k = transposed.column_start[c]; k < transposed.column_start[c + 1]; ++k)
      sum -= transposed.value[static_cast<std::size_t>(k)] * x[transposed.row[static_cast<std::size_t>(k)]];
    return sum;
  }
};

/// One sweep changes x in place, row by row.
IterationOutcome sweeps(const SparseMatrix& A, const double* b, double* x, double relaxation, const char* method,
                        const IterationOptions& options) {
  const Rows rows(A, method);
  const std::int64_t n = A.columns;
  Recorder recorder(options, n, ConstView(b, n).stableNorm());
  Vector r(n);
  for (std::int64_t k = 0;; ++k) {
    for (std::int64_t i = 0; i < n; ++i) r(i) = rows.residual(i, b, x);
    if (recorder.ends(k, r.stableNorm())) return recorder.take();
    for (std::int64_t i = 0; i < n; ++i) x[i] += relaxation * rows.residual(i, b, x) / rows.diagonal(i);
  }
}

}  // namespace

IterationOutcome jacobi(const SparseMatrix& A, const double* b, double* x, const IterationOptions& options) {
  const Rows rows(A, "Jacobi");
  const std::int64_t n = A.columns;
  View solution(x, n);
  Recorder recorder(options, n, ConstView(b, n).stableNorm());
  Vector r(n);
  for (std::int64_t k = 0;; ++k) {
    for (std::int64_t i = 0; i < n; ++i) r(i) = rows.residual(i, b, x);
    if (recorder.ends(k, r.stableNorm())) return recorder.take();
    solution += r.cwiseQuotient(rows.diagonal);
  }
}

IterationOutcome gauss_seidel(const SparseMatrix& A, const double* b, double* x, const IterationOptions& options) {
  return sweeps(A, b, x, 1.0, "Gauss-Seidel", options);
}

IterationOutcome successive_overrelaxation(const SparseMatrix& A, const double* b, double* x,
                                           const IterationOptions& options) {
  return sweeps(A, b, x, options.relaxation, "SOR", options);
}

}  // namespace thalweg::inline v0_1
