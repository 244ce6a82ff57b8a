// A matrix taken apart: what direct solutions, refinements and condition numbers need of its factors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include <Eigen/Core>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1::direct {

using Vector = Eigen::VectorXd;

/// A pivot of QR that is below so much of the largest counts as zero: what rounding leaves of one that is.
inline double negligible_pivot(std::int64_t rows, std::int64_t columns) {
  return 3.0 * std::sqrt(static_cast<double>(std::max(rows, columns))) * std::numeric_limits<double>::epsilon();
}

class Factorization {
 public:
  virtual ~Factorization() = default;
  /// x of A x = b; of least squares, and of a matrix without full rank, the minimiser of ‖Ax − b‖ with the least ‖x‖.
  virtual Vector solve(const Vector& b) const = 0;
  virtual std::int64_t rank() const = 0;
  /// Numbers that the factors hold.
  virtual std::int64_t nonzeros() const = 0;

  /// The factors that tell whether A is singular to rounding: those of A, or of A with its rows and columns brought to
  /// one size.
  virtual const Factorization& judged() const { return *this; }

  /// The square matrix C that has A's condition: A itself, or, where that is not square or not of full rank, the
  /// triangle of its QR or complete orthogonal decomposition.
  virtual std::int64_t core_size() const = 0;
  virtual double core_norm() const = 0;  // ‖C‖₁
  virtual Vector core_solve(const Vector& b) const = 0;
  virtual Vector core_solve_transposed(const Vector& b) const = 0;

  /// Solves [I A; Aᵀ 0] [dr; dx] = [f; g] (Björck 1967). Of QR alone, with as many rows as columns or more, of full
  /// rank.
  virtual void solve_augmented(const Vector& /*f*/, const Vector& /*g*/, Vector& /*dr*/, Vector& /*dx*/) const {}
};

/// Factors of a square matrix of full rank, which is its own core.
class Square : public Factorization {
 public:
  explicit Square(const SparseMatrix& A) : n_(A.rows), norm_(A.one_norm()) {}
  std::int64_t rank() const override { return n_; }
  std::int64_t core_size() const override { return n_; }
  double core_norm() const override { return norm_; }
  Vector core_solve(const Vector& b) const override { return solve(b); }

 protected:
  std::int64_t n_;

 private:
  double norm_;
};

/// A symmetric matrix is its own transpose.
class Symmetric : public Square {
 public:
  using Square::Square;
  Vector core_solve_transposed(const Vector& b) const override { return solve(b); }
};

/// Null where a pivot is exactly zero, or, of Cholesky, where A is not positive definite to rounding.
std::unique_ptr<Factorization> dense_lu(const SparseMatrix& A);
std::unique_ptr<Factorization> dense_cholesky(const SparseMatrix& A);
/// LDLᵀ with blocks of 1 and 2 (Bunch & Kaufman 1977): of any symmetric matrix.
std::unique_ptr<Factorization> dense_ldlt(const SparseMatrix& A);
/// With column pivoting; a complete orthogonal decomposition (Golub & Van Loan, section 5.5.2) of lower rank.
std::unique_ptr<Factorization> dense_qr(const SparseMatrix& A);

std::unique_ptr<Factorization> sparse_lu(const SparseMatrix& A);
/// LDLᵀ without interchanges: null where a pivot is zero.
std::unique_ptr<Factorization> sparse_ldlt(const SparseMatrix& A);
std::unique_ptr<Factorization> sparse_qr(const SparseMatrix& A);

/// Our block Cholesky with blocks of 1. Analyses first; a factor of more than `most_bytes` is not begun.
struct DefiniteOutcome {
  std::unique_ptr<Factorization> factors;
  bool too_large = false;
  BlockCholesky::Facts facts;
};
DefiniteOutcome sparse_cholesky(const SparseMatrix& A, double most_bytes, int threads);
/// The same by CHOLMOD. Throws Error in a build without it.
std::unique_ptr<Factorization> cholmod_cholesky(const SparseMatrix& A);

/// ‖C⁻¹‖₁ ‖C‖₁ of the core, from below, usually to within a factor of 3 (Hager 1984; Higham 1988, algorithm 4.1): a few
/// solves. Of a matrix without full rank it is that of what the factors kept.
double condition_estimate(const Factorization& factors);

}  // namespace thalweg::inline v0_1::direct
