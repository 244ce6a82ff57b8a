// What the data of a large sparse problem hardly determine, and what they determine.
#pragma once

#include <Eigen/Core>

#include <inference/blocks/whitened_jacobian.hpp>
#include <linear/schur/schur_solver.hpp>

namespace thalweg::inline v0_1 {

/// (ĴᵀĴ + μI)⁻¹ by the factor that a solver makes of equations of Ĵ.
class DampedInverse {
 public:
  /// Assembles and factors; μ is 1e-13, or more where rounding makes that indefinite. Throws Error where no μ serves.
  DampedInverse(WhitenedJacobian& J, SchurSolver& linear, int threads);

  double damping() const { return mu_; }
  Vectors operator()(const Vectors& B);

 private:
  SchurSolver& linear_;
  double mu_;
  std::vector<double> b_, x_;
};

/// Singular values of Ĵ, smallest first, with their right singular vectors.
struct WeakSubspace {
  Eigen::VectorXd sigma;
  Vectors V;              ///< columns of the system × sigma.size()
  Eigen::Index null = 0;  ///< those that rounding cannot tell from zero
};

/// All with σ² ≤ 100 μ, by inverse iteration of a subspace with Rayleigh-Ritz by the QR of ĴV (Parlett, The Symmetric
/// Eigenvalue Problem, 1998, chapter 14): σ is exact to some ε, where eigenvalues of ĴᵀĴ would be to √ε. Each step
/// costs an evaluation of J and a solve for each vector. Besides them, to two digits, the next ones up to `further`
/// that are not zero. Throws Error where there are more than 512.
WeakSubspace find_weak_subspace(WhitenedJacobian& J, DampedInverse& inverse, Eigen::Index further = 0);

/// (ĴᵀĴ)⁺ B: exact where V spans what is weak, by iterative refinement elsewhere.
Vectors pseudo_inverse(WhitenedJacobian& J, DampedInverse& inverse, const WeakSubspace& weak, const Vectors& B);

}  // namespace thalweg::inline v0_1
