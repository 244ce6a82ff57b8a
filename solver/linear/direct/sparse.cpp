// Sparse LU, LDLᵀ and QR, by Eigen.
#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/OrderingMethods>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>
#include <Eigen/SparseQR>
#include <linear/direct/eigen_sparse.hpp>
#include <linear/direct/factorization.hpp>

namespace thalweg::inline v0_1::direct {
namespace {

using Eigen::Lower;
using Eigen::Upper;
using Ordering = Eigen::COLAMDOrdering<int>;

class SparseLu final : public Square {
 public:
  explicit SparseLu(const SparseMatrix& A) : Square(A) { factors_.compute(eigen_sparse(A)); }
  bool failed() const { return factors_.info() != Eigen::Success; }
  Vector solve(const Vector& b) const override { return factors_.solve(b); }
  // Eigen's transposed view is made of a factorisation that may change.
  Vector core_solve_transposed(const Vector& b) const override { return factors_.transpose().solve(b); }
  std::int64_t nonzeros() const override { return std::int64_t{factors_.nnzL()} + factors_.nnzU(); }

 private:
  mutable Eigen::SparseLU<EigenSparse, Ordering> factors_;
};

class SparseLdlt final : public Symmetric {
 public:
  explicit SparseLdlt(const SparseMatrix& A) : Symmetric(A) { factors_.compute(eigen_sparse(A)); }
  bool failed() const {
    return factors_.info() != Eigen::Success || (n_ > 0 && factors_.vectorD().cwiseAbs().minCoeff() == 0.0);
  }
  Vector solve(const Vector& b) const override { return factors_.solve(b); }
  std::int64_t nonzeros() const override { return factors_.matrixL().nestedExpression().nonZeros() + n_; }

 private:
  Eigen::SimplicialLDLT<EigenSparse> factors_;
};

using QrFactors = Eigen::SparseQR<EigenSparse, Ordering>;

EigenSparse compressed(EigenSparse M) {
  M.makeCompressed();
  return M;
}

/// The upper rows of R, whose columns Eigen leaves out of order: two transpositions sort them.
EigenSparse upper_rows(const EigenSparse& R, Eigen::Index rows) {
  const EigenSparse across = R.transpose();
  const EigenSparse sorted = across.transpose();
  return compressed(sorted.topRows(rows));
}

double largest_column(const EigenSparse& M) {
  double most = 0.0;
  for (int c = 0; c < M.outerSize(); ++c) most = std::max(most, M.col(c).norm());
  return most;
}

/// A P = Q [R; 0] with R upper trapezoidal, rank × n; where that is not square, Rᵀ P' = Q' [T; 0] on top. Of more
/// columns than rows Aᵀ is taken apart, which A's own many columns would make slow: then R, P and Q are Aᵀ's.
class SparseQr final : public Factorization {
 public:
  explicit SparseQr(const SparseMatrix& A) : m_(A.rows), n_(A.columns), norm_(A.one_norm()), wide_(A.rows < A.columns) {
    const EigenSparse own = eigen_sparse(A);
    factor(wide_ ? compressed(own.transpose()) : own);
    if (wide_ && rank_ < m_) {  // neither has full rank
      wide_ = false;
      factor(own);
    }
    if (wide_ || rank_ == n_) return;
    across_.setPivotThreshold(0.0);
    across_.compute(compressed(R_.transpose()));
    T_ = upper_rows(across_.matrixR(), rank_);
  }
  bool failed() const {
    return factors_.info() != Eigen::Success || (!wide_ && rank_ < n_ && across_.info() != Eigen::Success);
  }
  std::int64_t rank() const override { return rank_; }
  std::int64_t nonzeros() const override { return R_.nonZeros() + T_.nonZeros(); }

  Vector solve(const Vector& b) const override {
    if (wide_) {  // A = P Rᵀ Q₁ᵀ
      Vector c = Vector::Zero(n_);
      c.head(m_) = triangle_transposed(factors_.colsPermutation().transpose() * b);
      return factors_.matrixQ() * c;
    }
    const Vector c = factors_.matrixQ().transpose() * b;
    if (rank_ == n_) return factors_.colsPermutation() * Vector(R_.triangularView<Upper>().solve(c.head(n_)));
    // R y = c with the least ‖y‖: y = Q' [T⁻ᵀ P'ᵀ c; 0].
    Vector y = Vector::Zero(n_);
    y.head(rank_) = triangle_transposed(across_.colsPermutation().transpose() * Vector(c.head(rank_)));
    y = Vector(across_.matrixQ() * y);
    return factors_.colsPermutation() * y;
  }

  std::int64_t core_size() const override { return rank_; }
  double core_norm() const override {
    if (is_square()) return norm_;
    double most = 0.0;
    for (int c = 0; c < core().outerSize(); ++c) most = std::max(most, core().col(c).cwiseAbs().sum());
    return most;
  }
  Vector core_solve(const Vector& b) const override {
    return is_square() ? solve(b) : Vector(core().triangularView<Upper>().solve(b));
  }
  Vector core_solve_transposed(const Vector& b) const override {
    if (is_square()) return factors_.matrixQ() * triangle_transposed(factors_.colsPermutation().transpose() * b);
    return triangle_transposed(b);
  }

  void solve_augmented(const Vector& f, const Vector& g, Vector& dr, Vector& dx) const override {
    const Vector v = triangle_transposed(factors_.colsPermutation().transpose() * g);
    Vector c = factors_.matrixQ().transpose() * f;
    dx = factors_.colsPermutation() * Vector(R_.triangularView<Upper>().solve(c.head(n_) - v));
    c.head(n_) = v;
    dr = factors_.matrixQ() * c;
  }

 private:
  void factor(const EigenSparse& M) {
    factors_.setPivotThreshold(negligible_pivot(m_, n_) * largest_column(M));
    factors_.compute(M);
    rank_ = factors_.rank();
    R_ = upper_rows(factors_.matrixR(), rank_);
  }
  bool is_square() const { return m_ == n_ && rank_ == n_; }
  const EigenSparse& core() const { return !wide_ && rank_ < n_ ? T_ : R_; }
  Vector triangle_transposed(const Vector& b) const { return core().transpose().triangularView<Lower>().solve(b); }

  std::int64_t m_, n_;
  double norm_;
  bool wide_;
  Eigen::Index rank_ = 0;
  QrFactors factors_, across_;
  EigenSparse R_, T_;
};

template <class F>
std::unique_ptr<Factorization> unless_failed(const SparseMatrix& A) {
  auto factors = std::make_unique<F>(A);
  if (factors->failed()) return nullptr;
  return factors;
}

}  // namespace

std::unique_ptr<Factorization> sparse_lu(const SparseMatrix& A) { return unless_failed<SparseLu>(A); }
std::unique_ptr<Factorization> sparse_ldlt(const SparseMatrix& A) { return unless_failed<SparseLdlt>(A); }
std::unique_ptr<Factorization> sparse_qr(const SparseMatrix& A) { return unless_failed<SparseQr>(A); }

}  // namespace thalweg::inline v0_1::direct
