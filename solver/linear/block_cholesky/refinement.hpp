// Iterative refinement: solutions to double precision from a factor in single precision.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <linear/block_cholesky/plan.hpp>
#include <thalweg/linear/block_matrix.hpp>
#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::inline v0_1::block_cholesky {

class Refinement {
 public:
  explicit Refinement(const BlockPattern& pattern);

  /// Solves Ax = b, A being the blocks that the plan places in the values. `approximate`(r, d) solves Ad = r roughly. x
  /// may be b.
  LinearStatus solve(const double* values, const Plan& plan, const double* b, double* x,
                     const std::function<void(const double* r, double* d)>& approximate);

 private:
  const BlockPattern& pattern_;
  std::vector<std::int64_t> offset_;
  std::vector<double> residual_, correction_, right_;

  /// residual = right − Ax.
  void subtract_product(const double* values, const Plan& plan, const double* x);
};

}  // namespace thalweg::inline v0_1::block_cholesky
