// Iterative refinement: solutions to double precision from a factor in single precision.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <thalweg/linear/block_matrix.hpp>
#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::block_cholesky {

class Refinement {
 public:
  explicit Refinement(const BlockPattern& pattern);

  /// Solves Ax = b, A being the blocks at values + block[k]. `approximate`(r, d) solves Ad = r roughly. x may be b.
  LinearStatus solve(const double* values, const std::vector<std::int64_t>& block, const double* b, double* x,
                     const std::function<void(const double* r, double* d)>& approximate);

 private:
  const BlockPattern& pattern_;
  std::vector<std::int64_t> offset_;
  std::vector<double> residual_, correction_, right_;

  /// residual = right − Ax.
  void subtract_product(const double* values, const std::vector<std::int64_t>& block, const double* x);
};

}  // namespace thalweg::block_cholesky
