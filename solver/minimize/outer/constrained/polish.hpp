// The last digits of a constrained minimum.
#pragma once

#include <vector>

#include <minimize/outer/constrained/conditions.hpp>

namespace thalweg::inline v0_1 {

/// Newton's method on the equations ∇ₓL = 0, c = 0 of the constraints with λ ≠ 0 and of the equalities, the components
/// of x that bounds stop held (Nocedal & Wright 2006, (18.6)), while their residuals fall: where a minimiser sees costs
/// that differ by rounding, these still tell. `augmented`: the problem whose rows `multipliers` scale. Dense, n³;
/// nothing is changed where a step does not help. Not for blocks on manifolds.
void polish(const Problem& augmented, const Constraints& constraints, std::vector<Multipliers>& multipliers,
            std::vector<double>& x);

}  // namespace thalweg::inline v0_1
