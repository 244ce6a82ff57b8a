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
  /// `accuracy`: of a solution, relative to its largest number, that is enough.
  Refinement(const BlockPattern& pattern, double accuracy);

  using Approximate = std::function<void(const double* r, double* d)>;

  /// Solves Ax = b, A being the blocks that the plan places in the values. `approximate`(r, d) solves Ad = r roughly,
  /// by a positive definite matrix. x may be b.
  LinearStatus solve(const double* values, const Plan& plan, const double* b, double* x,
                     const Approximate& approximate);

 private:
  double correct(const double* values, const Plan& plan, const Approximate& approximate);
  void multiply(const double* values, const Plan& plan, const double* x, std::vector<double>& product) const;

  const BlockPattern& pattern_;
  double accuracy_;
  std::vector<std::int64_t> offset_;
  std::vector<double> right_, residual_, correction_;         // b, b − Ax, and what is added to x
  std::vector<double> preconditioned_, direction_, product_;  // of conjugate gradients
};

}  // namespace thalweg::inline v0_1::block_cholesky
