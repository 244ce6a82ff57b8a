// Whether a claim of convergence is true: an independent look at the point in long double.
#pragma once

#include <string>
#include <vector>

#include "model.hpp"

namespace sweep {

enum class Verdict {
  minimum,  ///< stationary with positive curvature, or nothing lower is found beside it, or a fit at rounding level
  inexact,  ///< not stationary, but no descent lowers the cost by 1 %
  kink,     ///< no derivative vanishes, yet a local search finds nothing lower: a one-sided minimum
  tail,  ///< not stationary, yet the cost falls by less than 1e-6 however far the descent goes: a minimum at infinity
  plateau,     ///< the cost falls by 1 % only along parameters that the residuals have lost, or far beyond their size
  saddle,      ///< stationary, but a descent beside it lowers the cost by 1 %
  lost,        ///< the residuals have lost every free parameter, and no descent is seen: such an end is no fit
  wrong,       ///< not stationary, and a monotone descent from there lowers the cost by 1 %: a false claim
  non_finite,  ///< no finite cost at the point
};
const char* to_string(Verdict);

struct Judgement {
  Verdict verdict = Verdict::minimum;
  Real cost = 0.0L;        ///< ½‖r‖² at the point
  Real cost_error = 0.0L;  ///< what rounding to double makes of it
  Real lower_cost = 0.0L;  ///< the lowest met by descents from there
  Real projection = 0.0L;  ///< ‖P r‖/‖r‖, P the projection on the range of the free columns of J
  Real room = 0.0L;        ///< below it the projection counts as zero
  Real walk = 0.0L;        ///< max |Δx|/size where the cost had fallen by 1 %
  int lost = 0;            ///< parameters whose influence lies below the rounding of the residuals
  int rank = 0;
};

/// `x`: the point; sizes of the parameters are the larger of |x| and |start|. Costs some evaluations with Hessian at a
/// clear minimum, up to a few thousand where descents are needed.
/// `claimed`: false for an end that is not called converged: it is a minimum where it clearly is one, otherwise
/// inexact.
Judgement judge(Model& model, const std::vector<double>& x, bool claimed = true);

}  // namespace sweep
