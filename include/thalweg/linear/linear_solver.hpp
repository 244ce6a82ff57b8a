// The seam between the minimisers and dense linear algebra. A linear solver knows matrices, never residual functions.
#pragma once

#include <span>

#include <thalweg/base/aligned.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

class LinearSolver : public DampedSystem {
 public:
  /// Takes J (m × n) and r (m); both may change afterwards. held[j] ≠ 0 keeps δⱼ = 0, as for a parameter on its bound;
  /// empty: none is held.
  virtual LinearStatus linearize(const DenseMatrix& J, const double* r, std::span<const char> held) = 0;
};

}  // namespace thalweg::inline v0_1
