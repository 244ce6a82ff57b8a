// A Cholesky factor of a symmetric matrix that need not be positive definite.
#pragma once

#include <Eigen/Core>

namespace thalweg::inline v0_1 {

/// P(A + E)Pᵀ = LΔLᵀ with E diagonal, E = 0 where A is safely positive definite, and the entries of L√Δ bounded
/// (Gill, Murray & Wright, Practical Optimization, 1981, section 4.4.2.2; Nocedal & Wright 2006, section 3.4).
class ModifiedCholesky {
 public:
  /// Reads the lower triangle of A, n × n and finite.
  explicit ModifiedCholesky(const Eigen::MatrixXd& A);
  /// (A + E)⁻¹b.
  Eigen::VectorXd solve(const Eigen::VectorXd& b) const;
  bool modified() const { return modified_; }  ///< E ≠ 0
  /// p with pᵀAp < 0, of no special length, when A is indefinite; zero otherwise.
  const Eigen::VectorXd& negative_curvature() const { return negative_curvature_; }

 private:
  Eigen::MatrixXd L_;  ///< unit lower triangle
  Eigen::VectorXd pivots_;
  Eigen::PermutationMatrix<Eigen::Dynamic> order_;
  Eigen::VectorXd negative_curvature_;
  bool modified_ = false;
};

}  // namespace thalweg::inline v0_1
