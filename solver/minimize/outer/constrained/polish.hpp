// The last digits of a constrained minimum.
#pragma once

#include <vector>

#include <minimize/outer/constrained/constrained_model.hpp>

namespace thalweg::inline v0_1 {

/// Newton's method on the equations ∇ₓL = 0, c = 0 of the constraints with λ ≠ 0 and of the equalities, the components
/// of x that bounds stop held (Nocedal & Wright 2006, (18.6)), while their residuals fall: where a minimiser sees costs
/// that differ by rounding, these still tell. `lambda`: of each condition of the model. Dense, n³; nothing is changed
/// where a step does not help.
void polish(ConstrainedModel& model, Eigen::VectorXd& lambda, std::vector<double>& x);

}  // namespace thalweg::inline v0_1
