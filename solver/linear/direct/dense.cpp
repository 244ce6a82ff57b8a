// Dense factorisations, by Eigen but for LDLᵀ.
#include <cmath>
#include <limits>

#include <linear/direct/bunch_kaufman.hpp>
#include <linear/direct/eigen_sparse.hpp>
#include <linear/direct/factorization.hpp>
#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1::direct {
namespace {

using Eigen::Index;
using Eigen::Lower;
using Eigen::MatrixXd;
using Eigen::Upper;

std::int64_t triangle(std::int64_t n) { return n * (n + 1) / 2; }

class DenseLu final : public Square {
 public:
  explicit DenseLu(const SparseMatrix& A) : Square(A), factors_(eigen_dense(A)) {}
  bool has_zero_pivot() const { return n_ > 0 && factors_.matrixLU().diagonal().cwiseAbs().minCoeff() == 0.0; }
  Vector solve(const Vector& b) const override { return factors_.solve(b); }
  Vector core_solve_transposed(const Vector& b) const override { return factors_.transpose().solve(b); }
  std::int64_t nonzeros() const override { return n_ * n_; }

 private:
  Eigen::PartialPivLU<MatrixXd> factors_;
};

class DenseLlt final : public Symmetric {
 public:
  std::int64_t nonzeros() const override { return triangle(n_); }
  explicit DenseLlt(const SparseMatrix& A) : Symmetric(A), factors_(eigen_dense(A)) {
    // As in the sparse ones: a pivot of 4√n ε of the entry that it began as is rounding.
    const std::vector<double> began_as = A.diagonal();
    const double negligible = 4.0 * std::sqrt(static_cast<double>(n_)) * std::numeric_limits<double>::epsilon();
    sound_ = factors_.info() == Eigen::Success;
    for (Index i = 0; sound_ && i < n_; ++i) {
      const double root = factors_.matrixLLT()(i, i);
      sound_ = root * root > negligible * began_as[static_cast<std::size_t>(i)];
    }
  }
  bool is_sound() const { return sound_; }
  Vector solve(const Vector& b) const override { return factors_.solve(b); }

 private:
  Eigen::LLT<MatrixXd> factors_;
  bool sound_ = false;
};

class DenseLdlt final : public Symmetric {
 public:
  std::int64_t nonzeros() const override { return triangle(n_); }
  explicit DenseLdlt(const SparseMatrix& A) : Symmetric(A), factors_(eigen_dense(A)) {}
  bool is_singular() const { return factors_.is_singular(); }
  Vector solve(const Vector& b) const override { return factors_.solve(b); }

 private:
  BunchKaufman factors_;
};

/// Least squares, of any rank.
class DenseQr final : public Factorization {
 public:
  explicit DenseQr(const SparseMatrix& A) : m_(A.rows), n_(A.columns), norm_(A.one_norm()) {
    factors_.setThreshold(negligible_pivot(m_, n_));
    factors_.compute(eigen_dense(A));
  }
  std::int64_t rank() const override { return factors_.rank(); }
  std::int64_t nonzeros() const override { return m_ * n_; }
  Vector solve(const Vector& b) const override { return factors_.solve(b); }

  std::int64_t core_size() const override { return rank(); }
  double core_norm() const override {
    if (rank() == 0) return 0.0;
    if (is_square()) return norm_;
    return MatrixXd(core().triangularView<Upper>()).cwiseAbs().colwise().sum().maxCoeff();
  }
  Vector core_solve(const Vector& b) const override {
    return is_square() ? solve(b) : Vector(core().triangularView<Upper>().solve(b));
  }
  Vector core_solve_transposed(const Vector& b) const override {
    if (is_square()) return factors_.householderQ() * triangle_transposed(factors_.colsPermutation().transpose() * b);
    return triangle_transposed(b);
  }

  void solve_augmented(const Vector& f, const Vector& g, Vector& dr, Vector& dx) const override {
    const Vector v = triangle_transposed(factors_.colsPermutation().transpose() * g);
    Vector c = factors_.householderQ().adjoint() * f;
    dx = factors_.colsPermutation() * Vector(core().triangularView<Upper>().solve(c.head(n_) - v));
    c.head(n_) = v;
    dr = factors_.householderQ() * c;
  }

 private:
  bool is_square() const { return m_ == n_ && rank() == n_; }
  Vector triangle_transposed(const Vector& b) const { return core().transpose().triangularView<Lower>().solve(b); }
  /// R, or T where Z goes with it.
  Eigen::Block<const MatrixXd> core() const { return factors_.matrixQTZ().topLeftCorner(rank(), rank()); }
  std::int64_t m_, n_;
  double norm_;
  Eigen::CompleteOrthogonalDecomposition<MatrixXd> factors_;
};

}  // namespace

std::unique_ptr<Factorization> dense_lu(const SparseMatrix& A) {
  auto factors = std::make_unique<DenseLu>(A);
  if (factors->has_zero_pivot()) return nullptr;
  return factors;
}

std::unique_ptr<Factorization> dense_cholesky(const SparseMatrix& A) {
  auto factors = std::make_unique<DenseLlt>(A);
  if (!factors->is_sound()) return nullptr;
  return factors;
}

std::unique_ptr<Factorization> dense_ldlt(const SparseMatrix& A) {
  auto factors = std::make_unique<DenseLdlt>(A);
  if (factors->is_singular()) return nullptr;
  return factors;
}

std::unique_ptr<Factorization> dense_qr(const SparseMatrix& A) { return std::make_unique<DenseQr>(A); }

}  // namespace thalweg::inline v0_1::direct
