// From residuals to normal equations.
#pragma once

#include <vector>

#include <linear/normal/normal_equations.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg::inline v0_1 {

/// Evaluates a program strip by strip, and adds each strip to the equations while it is in the cache.
class BlockAssembly {
 public:
  /// Both must outlive it, and the program's items be in the order of the equations' layout.
  BlockAssembly(BlockProgram& program, NormalEquations& equations);

  /// Sums H and g at x, of each part its own; the cost at x.
  double evaluate(const double* x, int threads);
  /// Brings the parts together. False where g or a column of J is not finite.
  bool close(int threads);
  double gradient_norm() const { return gradient_norm_; }  ///< ‖g‖∞, after close()

 private:
  BlockProgram& program_;
  NormalEquations& equations_;
  std::vector<BlockProgram::Scratch> scratch_;  // of each part
  std::vector<double> part_squares_;
  double gradient_norm_ = 0.0;
};

}  // namespace thalweg::inline v0_1
