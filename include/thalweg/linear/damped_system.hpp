// What a minimiser needs of a linearised problem: its gradient, and steps for as many dampings as it likes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace thalweg::inline v0_1 {

/// How a linear solve ended. `inexact`: usable, but less accurate than rounding allows. `retry`: more damping may mend
/// it (singular or indefinite to rounding). `fatal`: nothing will (non-finite input).
enum class LinearStatus { ok, inexact, retry, fatal };
constexpr bool usable(LinearStatus status) { return status == LinearStatus::ok || status == LinearStatus::inexact; }

/// Solves   min over δ of ½‖Jδ + r‖² + ½λ‖Dδ‖²,   that is (JᵀJ + λD²) δ = −Jᵀr,   D diagonal.
/// One linearisation serves many dampings.
class DampedSystem {
 public:
  virtual ~DampedSystem() = default;
  virtual std::string_view name() const = 0;

  /// Of the last linearisation: the gradient g = Jᵀr and the column norms ‖Jⱼ‖₂, zero in held columns.
  virtual std::span<const double> gradient() const = 0;
  virtual std::span<const double> column_norms() const = 0;

  /// δ (n) for this damping; D (n) is positive wherever λ > 0 counts.
  virtual LinearStatus solve(double lambda, const double* D, double* step) = 0;
  /// δ for λ = 0, and where J is rank-deficient to rounding the minimiser of ‖Jδ + r‖ with the least ‖Dδ‖, D (n)
  /// positive. A solver that does not see the rank answers as solve() does, with `retry` where it meets a zero pivot.
  virtual LinearStatus minimum_norm(const double* D, double* step) { return solve(0.0, D, step); }
  /// z = (JᵀJ + λD²)⁻¹ b with the damping of the last successful solve.
  virtual LinearStatus solve_again(const double* b, double* z) = 0;
  /// ‖Jv‖².
  virtual double squared_product(const double* v) const = 0;
  /// ‖Jδ‖² of a step that solve() gave with this λ, `scaled` = ‖Dδ‖: −gᵀδ − λ‖Dδ‖² without another product, where the
  /// cancellation in it does no harm.
  virtual double squared_step(double /*lambda*/, double /*scaled*/, const double* step) const {
    return squared_product(step);
  }

  // Where several processes share a system, each has some of its columns: `step`, D, gradient() and column_norms() are
  // of those. By default one process has them all.
  /// Makes of sums over this process' columns those over all columns, the same bits in every process. Collective.
  virtual void add_up(std::span<double> /*sums*/) const {}
  /// The same of maxima.
  virtual void find_largest(std::span<double> /*maxima*/) const {}
};

}  // namespace thalweg::inline v0_1
