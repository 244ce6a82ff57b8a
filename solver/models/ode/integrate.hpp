// The solution of a system of differential equations, and its derivatives by parameters. Private to the models.
#pragma once

#include <string>
#include <vector>

#include "models/ode/compiled.hpp"

namespace thalweg::inline v0_1::ode {

/// States and sensitivities at the times asked for, NaN from the first that was not reached on.
struct Trajectory {
  std::vector<double> state;        ///< y at times[k]: state[k · n + i]
  std::vector<double> sensitivity;  ///< ∂yᵢ/∂p of the a-th active parameter: sensitivity[(k · active + a) · n + i]
  std::string failure;              ///< where and why the integration stopped; empty when it did not
};

/// Integrates from the system's start to the last of `times`, which rise; before the start there is no solution. What
/// happens at a time happens just before it is looked at. `active`: the parameters that sensitivities are wanted by,
/// among those that the system reads.
///
/// Variable-order multistep formulas of CVODES with Newton's method, dense, and the exact Jacobian; forward
/// sensitivities by the staggered corrector, under the same local error control as the states (Hindmarsh et al. 2005;
/// Serban & Hindmarsh 2005). Stops at events and starts anew behind them.
Trajectory integrate(const Compiled& system, const double* p, const std::vector<double>& times,
                     const std::vector<int>& active);

}  // namespace thalweg::inline v0_1::ode
