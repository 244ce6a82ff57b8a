// Cautious monotone descents in long double, written for the judge alone.
#pragma once

#include "model.hpp"

namespace sweep {

struct Descent {
  RealVector x;
  Real cost = 0.0L;
  bool reached = false;  ///< cost ≤ target
};

enum class CurvatureModel { gauss_newton, exact };

/// Damped Newton steps whose quadratic model holds (actual ≥ ¼ predicted decrease), from very short ones on: an
/// approximation of a path along which the cost only falls. Negative curvature is used by its absolute value, and a
/// saddle is left along the eigenvector of the lowest eigenvalue. Ends at `target` or where nothing lower is found.
Descent descend(Model& model, const RealVector& x, const RealVector& sizes, Real target, CurvatureModel curvature,
                int iterations);

/// Search without derivatives beside x, at distances of 1e-2 to 1e-9 sizes, for kinks and edges of a domain: coordinate
/// and random directions (fixed seed), each success followed by a descent.
Descent search_beside(Model& model, const RealVector& x, const RealVector& sizes, Real target);

/// Free components: not fixed, and not at a bound that the gradient presses them against.
std::vector<int> free_components(const Model& model, const RealVector& x, const RealVector& gradient);

}  // namespace sweep
