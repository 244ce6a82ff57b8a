// The seam between the minimisers and the linear algebra. A linear solver knows matrices, never residual functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <thalweg/math/aligned.hpp>

namespace thalweg {

/// How a linear solve ended. `inexact`: usable, but less accurate than rounding allows. `retry`: more damping may mend
/// it (singular or indefinite to rounding). `fatal`: nothing will (non-finite input).
enum class LinearStatus { ok, inexact, retry, fatal };

/// Solves   min over δ of ½‖Jδ + r‖² + ½λ‖Dδ‖²,   that is (JᵀJ + λD²) δ = −Jᵀr,   D diagonal.
/// One linearisation serves many dampings: linearize once, solve for each λ.
class LinearSolver {
 public:
  virtual ~LinearSolver() = default;
  virtual std::string_view name() const = 0;

  /// Takes J (m × n) and r (m); both may change afterwards. held[j] ≠ 0 keeps δⱼ = 0, as for a parameter on its bound;
  /// empty: none is held.
  virtual LinearStatus linearize(const DenseMatrix& J, const double* r, std::span<const char> held) = 0;

  /// Of the last linearisation: the gradient g = Jᵀr and the column norms ‖Jⱼ‖₂, zero in held columns.
  virtual std::span<const double> gradient() const = 0;
  virtual std::span<const double> column_norms() const = 0;

  /// δ (n) for this damping; D (n) is positive wherever λ > 0 counts.
  virtual LinearStatus solve(double lambda, const double* D, double* step) = 0;
  /// z = (JᵀJ + λD²)⁻¹ b with the damping of the last successful solve.
  virtual LinearStatus solve_again(const double* b, double* z) = 0;
  /// ‖Jv‖².
  virtual double squared_product(const double* v) const = 0;
};

}  // namespace thalweg
