// Derivatives along one parameter by extrapolated differences, with an error that can be relied on.
//
// C.J.F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982) 75-76:
// difference quotients of shrinking steps, extrapolated to step zero by Neville's scheme; the error is what neighbours
// in the tableau differ by.
#pragma once

#include <functional>
#include <limits>
#include <vector>

namespace thalweg::inline v0_1 {

/// ∂r/∂p of one component; NaN and infinite when no differences could be taken.
struct DifferenceEstimate {
  double derivative = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::infinity();  ///< magnitude, never below the rounding of the quotient
};

/// A few numbers r as functions of one number p, and the p at which ∂r/∂p is wanted.
struct Curve {
  std::function<void(double p, double* r)> evaluate;
  int dimension = 1;  ///< of r
  double at = 0.0;
  std::vector<double> magnitude = {};  ///< of the numbers that each component is a difference of, as far as known
  double lower = -std::numeric_limits<double>::infinity();  ///< the function is evaluated in [lower, upper] only,
  double upper = std::numeric_limits<double>::infinity();   ///< if `at` lies there
};

/// Of each component, from one tableau whose first step is |p| / 10 (0.1 at zero). Its error may be too small where the
/// function is noisy, or has a kink; it is meant for values that are compared with another source's.
std::vector<DifferenceEstimate> differentiate_quickly(const Curve& curve);

/// Of each component, from the most certain of first steps from 0.1 down to 1e-11, and |p| times as much. The error
/// also covers what one-sided quotients differ by (so it is large at a kink) and what other steps near the best one
/// give (so it is not too small by luck where the function is noisy). Tens to hundreds of evaluations.
std::vector<DifferenceEstimate> differentiate_carefully(const Curve& curve);

}  // namespace thalweg::inline v0_1
