// What is measured where a descent claims to have converged: the one criterion of all that have residuals.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace thalweg::inline v0_1 {

/// All figures are free of units: they do not change when y, σ, x or a parameter is scaled.
struct Stationarity {
  /// Decrease of the cost that an undamped Gauss-Newton step promises, relative to the cost: ρ² with
  /// ρ = ‖P r‖/‖r‖, P the projection on the range of the free columns of J (Bates & Watts 1981), directions in which
  /// the scaled J is singular to rounding left out.
  double promised = 0.0;
  double rounding = 0.0;       ///< ρ that rounding in r leaves, where more is promised than is allowed
  bool only_rounding = false;  ///< ‖r‖ is of the size of the noise in r: nothing else is left of the residuals
  double allowed = 0.0;        ///< the largest promise with which a descent may end
  bool by_curvature = false;   ///< the exact Hessian is positive definite, and its Newton step is short and promises no
                               ///< more than is allowed: `promised` is that step's

  std::int64_t rank = 0, columns = 0;  ///< of J, its columns scaled to unit length, to 1e-10; and its free columns;
                                       ///< both zero: the rank is not known

  std::vector<double> lower = {};  ///< a point of lower cost that was met beside this one; empty: none

  bool holds() const { return only_rounding || std::sqrt(promised) <= std::sqrt(allowed) + rounding; }
};

}  // namespace thalweg::inline v0_1
