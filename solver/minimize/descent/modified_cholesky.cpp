#include <minimize/descent/modified_cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

using Index = Eigen::Index;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// β² such that a positive definite matrix is left alone and ‖E‖ stays small: max {γ, ξ/√(n² − 1), ε}.
double bound_squared(const Eigen::MatrixXd& A) {
  const Index n = A.rows();
  double diagonal = 0.0, off = 0.0;
  for (Index j = 0; j < n; ++j) {
    diagonal = std::max(diagonal, std::abs(A(j, j)));
    for (Index i = j + 1; i < n; ++i) off = std::max(off, std::abs(A(i, j)));
  }
  const double root = n > 1 ? std::sqrt(static_cast<double>(n * n - 1)) : 1.0;
  return std::max({diagonal, off / root, epsilon});
}

}  // namespace

ModifiedCholesky::ModifiedCholesky(const Eigen::MatrixXd& A) {
  const Index n = A.rows();
  const double beta2 = bound_squared(A), smallest = epsilon * std::max(beta2, 1.0);
  Eigen::MatrixXd C = A.selfadjointView<Eigen::Lower>();  // what is left to factor, in the order found so far
  L_ = Eigen::MatrixXd::Identity(n, n);
  pivots_.resize(n);
  order_.setIdentity(n);
  double most_negative = 0.0;
  Index worst = -1;
  for (Index j = 0; j < n; ++j) {
    Index q = j;
    C.diagonal().tail(n - j).cwiseAbs().maxCoeff(&q);
    q += j;
    if (q != j) {
      C.row(j).swap(C.row(q));
      C.col(j).swap(C.col(q));
      L_.row(j).head(j).swap(L_.row(q).head(j));
      order_.applyTranspositionOnTheLeft(j, q);
    }
    const double largest = j + 1 < n ? C.col(j).tail(n - j - 1).cwiseAbs().maxCoeff() : 0.0;
    const double pivot = C(j, j);
    pivots_[j] = std::max({std::abs(pivot), largest * largest / beta2, smallest});
    modified_ = modified_ || pivots_[j] != pivot;
    if (pivot < most_negative) {
      most_negative = pivot;
      worst = j;
    }
    const Eigen::VectorXd column = C.col(j).tail(n - j - 1);
    L_.col(j).tail(n - j - 1) = column / pivots_[j];
    C.bottomRightCorner(n - j - 1, n - j - 1).noalias() -= column * column.transpose() / pivots_[j];
  }
  negative_curvature_ = Eigen::VectorXd::Zero(n);
  if (worst < 0) return;
  // Lᵀp = e_s (Gill, Murray & Wright 1981, section 4.4.2.3): pᵀ(A + E)p is the pivot put there, E more than that.
  Eigen::VectorXd p = Eigen::VectorXd::Unit(n, worst);
  L_.transpose().triangularView<Eigen::UnitUpper>().solveInPlace(p);
  p = order_.transpose() * p;
  if (p.dot(A.selfadjointView<Eigen::Lower>() * p) < 0.0) negative_curvature_ = p;
}

Eigen::VectorXd ModifiedCholesky::solve(const Eigen::VectorXd& b) const {
  Eigen::VectorXd v = order_ * b;
  L_.triangularView<Eigen::UnitLower>().solveInPlace(v);
  v = v.cwiseQuotient(pivots_);
  L_.transpose().triangularView<Eigen::UnitUpper>().solveInPlace(v);
  return order_.transpose() * v;
}

}  // namespace thalweg::inline v0_1
