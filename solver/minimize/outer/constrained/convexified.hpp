// A Hessian of the Lagrangian made positive definite.
#pragma once

#include <algorithm>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {

/// The Cholesky factor of H + ρAᵀA + δI: with ρ > 0 the curvature across A d = const, which no step under these
/// equalities sees, does not matter; δ is zero where that is positive definite, and otherwise the least of a geometric
/// sequence for which it is (Nocedal & Wright 2006, algorithm 3.3).
class Convexified {
 public:
  Convexified(const Eigen::MatrixXd& H, const Eigen::MatrixXd& A) {
    const double size = std::max(H.diagonal().cwiseAbs().maxCoeff(), 1e-8);
    rho_ = A.rows() > 0 ? size : 0.0;
    const Eigen::MatrixXd M = H + rho_ * A.transpose() * A;
    for (double delta = 0.0;; delta = std::max(1e-6 * size, 8.0 * delta)) {
      const Eigen::MatrixXd moved = M + delta * Eigen::MatrixXd::Identity(M.rows(), M.cols());
      factor_.compute(moved);
      const bool safe = factor_.info() == Eigen::Success &&
                        factor_.matrixLLT().diagonal().cwiseAbs2().minCoeff() > 1e-13 * moved.diagonal().maxCoeff();
      if (safe || !(delta < 1e20 * size)) return;
    }
  }
  const Eigen::LLT<Eigen::MatrixXd>& factor() const { return factor_; }
  double rho() const { return rho_; }

 private:
  Eigen::LLT<Eigen::MatrixXd> factor_;
  double rho_;
};

}  // namespace thalweg::inline v0_1
