// What a block system asks of its linear solver beyond steps.
#pragma once

#include <optional>
#include <span>

#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

class BlockSolver : public DampedSystem {
 public:
  /// How exact an iterative solver is to be from now on.
  virtual void set_tolerance(double tolerance) = 0;
  /// Hv = JᵀJ v, undamped.
  virtual void product(const double* v, double* Hv) const = 0;
  /// x of (JᵀJ + λD²) x = b.
  virtual LinearStatus solve_for(const double* b, double lambda, const double* D, double* x) = 0;
  /// ½gᵀH⁻¹g, what an undamped step would take from the cost, of the equations as they are now, from below, with the
  /// factor of the last solve, which was of other equations, as preconditioner: no new one is made. `lambda` and D are
  /// those of that solve. Empty where it exceeds `most`, where there is no factor, and where that is too far from the
  /// equations. Of the columns that are not held (nonzero); empty: of all.
  virtual std::optional<double> decrement_by_last_factor(double /*lambda*/, const double* /*D*/, double /*most*/,
                                                         std::span<const char> /*held*/ = {}) {
    return std::nullopt;
  }
};

}  // namespace thalweg::inline v0_1
