// From residuals to what a linear solver of blocks works on.
#pragma once

#include <vector>

#include <linear/block_solver.hpp>
#include <linear/normal/normal_equations.hpp>
#include <linear/rows/jacobian_rows.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg::inline v0_1 {

class BlockAssembly {
 public:
  virtual ~BlockAssembly() = default;
  /// Sums H and g, or stores J and r, at x, which must stay until close(); the cost at x.
  virtual double evaluate(const double* x, int threads) = 0;
  /// Makes g and the column norms of what was evaluated. False where one is not finite.
  bool close(int threads);
  double gradient_norm() const { return gradient_norm_; }  ///< ‖g‖∞, after close()

 private:
  virtual void finish(int threads) = 0;
  virtual std::span<const double> gradient() const = 0;
  virtual std::span<const double> column_norms() const = 0;
  double gradient_norm_ = 0.0;
};

/// Evaluates a program strip by strip, and adds each strip to the equations while it is in the cache.
class NormalAssembly final : public BlockAssembly {
 public:
  /// Both must outlive it, and the program's items be in the order of the equations' layout.
  NormalAssembly(BlockProgram& program, NormalEquations& equations);
  /// Each part its own sums, which close() brings together.
  double evaluate(const double* x, int threads) override;

 private:
  void finish(int threads) override;
  std::span<const double> gradient() const override { return equations_.gradient(); }
  std::span<const double> column_norms() const override { return equations_.column_norms(); }

  BlockProgram& program_;
  NormalEquations& equations_;
  const double* x_ = nullptr;                   // of the last evaluation
  std::vector<BlockProgram::Scratch> scratch_;  // of each part
  std::vector<double> part_squares_;
};

/// Evaluates a program strip by strip, and stores the rows.
class RowAssembly final : public BlockAssembly {
 public:
  /// Both must outlive it.
  RowAssembly(BlockProgram& program, JacobianRows& rows, int threads);
  double evaluate(const double* x, int threads) override;

 private:
  void finish(int threads) override { rows_.close(threads); }
  std::span<const double> gradient() const override { return rows_.gradient(); }
  std::span<const double> column_norms() const override { return rows_.column_norms(); }

  struct Strip {
    std::size_t group;
    std::int64_t begin, end;
  };
  BlockProgram& program_;
  JacobianRows& rows_;
  std::vector<BlockProgram::Scratch> scratch_;  // of each thread
  std::vector<Strip> strips_;
  std::vector<double> squares_;  // of each strip
};

}  // namespace thalweg::inline v0_1
