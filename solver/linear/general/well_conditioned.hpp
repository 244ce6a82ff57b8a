// Sparse matrices on which iterations need so few steps that no factorisation is worth while.
#pragma once

#include <thalweg/linear/linear_system.hpp>

namespace thalweg::inline v0_1 {

inline constexpr int most_probe_iterations = 120;

struct ConditionProbe {
  bool passed = false;
  LinearMethod method = LinearMethod::automatic;  ///< the one that passed
  std::int64_t iterations = 0;
  double condition = std::numeric_limits<double>::quiet_NaN();  ///< ‖A‖₁ ‖A⁻¹‖₁ of a square matrix, from below
};

/// Solves with a random right-hand side: A y = c of a square or wide matrix, Aᵀy = c of a tall one, by MINRES, GMRES or
/// LSQR, to 1e-13 of c within most_probe_iterations. That succeeds only where A has full rank: c is in the range of no
/// matrix that has not. Given up after 12 iterations where the residual falls too slowly.
ConditionProbe probe(const SparseMatrix& A, bool symmetric);

}  // namespace thalweg::inline v0_1
