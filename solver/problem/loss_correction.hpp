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
///
/// D = 1 + 2sρ''/ρ' is the curvature of ½ρ(‖r‖²) along r, beside that across it, ρ'. Where the loss bends up it is used
/// as it is; where it bends down, at least `least_curvature`, and what is left out is the curvature's
/// (add_robust_curvature).
struct LossCorrection {
  double residual, jacobian, along, left_out;
};
/// D < 1 describes the neighbourhood of the point and misleads a step that goes further: over 600 fits like those of
/// tests/cross/loss_test.cpp, D ≥ 0.05 ended above Ceres's minimum nine times and D ≥ 1 twice, for a quarter fewer
/// iterations. Final Newton steps have the exact curvature.
inline constexpr double reweighted = 1.0;
/// Where no Newton steps follow, reweighting alone converges slowly: with Huber's loss manhattan takes 465 iterations
/// by D ≥ 1 and 51 by D ≥ 0.05. A loss that is convex in r leads to the same minimum either way; others end higher.
inline constexpr double bent = 0.05;
LossCorrection loss_correction(const Loss::Value& rho, double s, double least_curvature = reweighted);

/// Replaces residual[k][i] and, where not null, jacobian[k * columns + c][i] of n items by the corrected ones, and
/// returns Σρ, which is not finite when a residual is not.
double apply_loss(const Loss& loss, std::int64_t n, int dimension, int columns, double* const* residual,
                  double* const* jacobian, double least_curvature = reweighted);

/// Adds to the group's columns() × columns() row-major S what J̃ᵀJ̃ lacks of the Hessian of ½ Σ ρ(‖rᵢ‖²) over the items
/// [begin, end), which must share their blocks.
void add_robust_curvature(const ResidualGroup& group, const Loss& loss, const double* x, std::int64_t begin,
                          std::int64_t end, double* S);

}  // namespace thalweg::inline v0_1
