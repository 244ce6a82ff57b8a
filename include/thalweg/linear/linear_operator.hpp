// A matrix that is known by its products alone: what the iterative methods work on.
#pragma once

#include <cstdint>

#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1 {

class LinearOperator {
 public:
  virtual ~LinearOperator() = default;
  virtual std::int64_t rows() const = 0;
  virtual std::int64_t columns() const = 0;
  /// y = A x, x: columns, y: rows.
  virtual void apply(const double* x, double* y) const = 0;
  /// y = Aᵀ x, x: rows, y: columns. Only LSQR, LSMR ask for it; throws Error where it is not known.
  virtual void apply_transposed(const double* x, double* y) const;
};

/// The products of a matrix, which must outlive it.
class SparseOperator final : public LinearOperator {
 public:
  explicit SparseOperator(const SparseMatrix& A) : A_(A) {}
  std::int64_t rows() const override { return A_.rows; }
  std::int64_t columns() const override { return A_.columns; }
  void apply(const double* x, double* y) const override { A_.multiply(x, y); }
  void apply_transposed(const double* x, double* y) const override { A_.multiply_transposed(x, y); }

 private:
  const SparseMatrix& A_;
};

}  // namespace thalweg::inline v0_1
