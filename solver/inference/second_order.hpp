// Minima that JᵀJ does not determine, though the exact Hessian does.
#pragma once

#include <optional>
#include <vector>

#include <thalweg/problem/program.hpp>

#include "inference/rank.hpp"

namespace thalweg::inline v0_1 {

struct SecondOrder {
  NormalInverse inverse;     ///< of H = JᵀJ + S in place of JᵀJ
  std::vector<int> columns;  ///< those in which JᵀJ has next to no curvature
};

/// `J`: the columns of the free components; S: n × n, row-major, Σ r ∇²r by them (see Program::curvature). Empty where
/// JᵀJ has 1 % of the curvature of H in every direction, or H is not positive definite to rounding, or to `error`, what
/// S with its columns scaled as J's to length 1 may be off by. O(m n² + n³).
std::optional<SecondOrder> second_order(const DenseMatrix& J, const std::vector<double>& S, double error = 0.0);

}  // namespace thalweg::inline v0_1
