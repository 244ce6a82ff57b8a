// What residuals see of parameters that they cannot tell apart: products, sums, in words. Private to the floor.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace thalweg::inline v0_1 {

/// At one point: the values of k parameters, and directions (columns of a k × d matrix) that change no residual. Those
/// are in units of 1/‖Jⱼ‖ of each parameter, so that all entries are of one size.
struct NullSpace {
  Eigen::VectorXd x, length;  ///< values, ‖Jⱼ‖
  Eigen::MatrixXd directions;
};

struct Invariants {
  std::vector<std::string> formulas;  ///< empty: none were found
  bool simple = false;                ///< all coefficients are small fractions
};

/// The k − d combinations of the parameters that the residuals depend on: "a·b", "a - 2·b", "b·exp(a)", "1/a + 1/b".
///
/// Coordinates u = f(x), f one of x, ln x, 1/x, x² for each parameter, are looked for in which the directions are the
/// same at every point. The residuals are then functions of the linear forms in u that vanish on them. None when there
/// are no such coordinates. `tolerance`: relative error of the directions.
Invariants invariants(const std::vector<NullSpace>& points, const std::vector<std::string>& names, double tolerance);

}  // namespace thalweg::inline v0_1
