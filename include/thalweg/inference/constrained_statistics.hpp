// Errors of parameters that constraints bind together.
#pragma once

#include <span>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/constraints.hpp>

namespace thalweg::inline v0_1 {

/// As statistics(), on the tangent space of the active constraints: of A the gradients of equalities and active
/// inequalities, Z a basis of their null space, the covariance is σ² Z (ZᵀJᵀJ Z)⁻¹ Zᵀ, and each of them leaves a degree
/// of freedom more (Silvey 1959; Stoica & Ng 1998). Rows 1e6 times as heavy as those of the data stand for the
/// constraints, which agrees with that to some 1e-12; a parameter that they determine alone has the error 0. AIC, AICc
/// and BIC stay unset: which constraints are active is itself an outcome.
FitStatistics constrained_statistics(const Problem& problem, const Constraints& constraints,
                                     const ConstrainedResult& found, std::span<const double> response = {},
                                     double level = 0.95);

}  // namespace thalweg::inline v0_1
