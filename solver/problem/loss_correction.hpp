// How a loss enters residuals, Jacobians and curvature. Private to the floor.
#pragma once

#include <cstdint>

#include <thalweg/math/loss.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// What becomes of one residual r with s = ‖r‖² (Triggs, McLauchlan, Hartley & Fitzgibbon 1999, section 4.3):
///
///     r̃ = residual · r,   J̃ = jacobian · (J − along · r rᵀJ)
///
/// such that J̃ᵀr̃ = ρ' Jᵀr, the gradient of ½ρ(s), and J̃ᵀJ̃ + left_out · (Jᵀr)(Jᵀr)ᵀ = ρ' JᵀJ + 2ρ'' (Jᵀr)(Jᵀr)ᵀ,
/// its Hessian without the ∇²r.
struct LossCorrection {
  double residual, jacobian, along, left_out;
};
LossCorrection loss_correction(const Loss::Value& rho, double s);

/// Replaces residual[k][i] and, where not null, jacobian[k * columns + c][i] of n items by the corrected ones, and
/// returns Σρ, which is not finite when a residual is not.
double apply_loss(const Loss& loss, std::int64_t n, int dimension, int columns, double* const* residual,
                  double* const* jacobian);

/// Adds to the group's columns() × columns() row-major S what J̃ᵀJ̃ lacks of the Hessian of ½ Σ ρ(‖rᵢ‖²) over the items
/// [begin, end), which must share their blocks.
void add_robust_curvature(const ResidualGroup& group, const Loss& loss, const double* x, std::int64_t begin,
                          std::int64_t end, double* S);

}  // namespace thalweg::inline v0_1
