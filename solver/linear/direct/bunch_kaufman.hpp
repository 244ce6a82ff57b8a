// LDLᵀ of dense symmetric matrices that need not be definite.
#pragma once

#include <vector>

#include <Eigen/Core>

namespace thalweg::inline v0_1::direct {

/// P A Pᵀ = L D Lᵀ, D with blocks of 1 and 2 on its diagonal, by partial pivoting (Bunch & Kaufman 1977; Golub & Van
/// Loan, section 4.4.5): n³/3 flops, and as stable as LU with partial pivoting is.
class BunchKaufman {
 public:
  /// A: symmetric, of which the lower triangle is read.
  explicit BunchKaufman(Eigen::MatrixXd A);
  /// Whether a block of D is exactly singular: there is nothing to solve with.
  bool is_singular() const { return singular_; }
  Eigen::VectorXd solve(const Eigen::VectorXd& b) const;
  /// Eigenvalues of D below zero, as many as A has (Sylvester's law of inertia).
  Eigen::Index negative() const { return negative_; }

 private:
  void exchange(Eigen::Index k, Eigen::Index p);
  void eliminate_one(Eigen::Index k);
  void eliminate_two(Eigen::Index k);

  Eigen::MatrixXd L_;  // unit lower; D on its diagonal, and of blocks of 2 beside it, L's entries there being zero
  std::vector<Eigen::Index> position_;  // row i of P A Pᵀ is row position_[i] of A
  std::vector<char> wide_;              // a block of 2 begins here
  bool singular_ = false;
  Eigen::Index negative_ = 0;
};

}  // namespace thalweg::inline v0_1::direct
