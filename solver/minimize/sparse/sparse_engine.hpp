// A block-sparse problem from its structure to a solution.
#pragma once

#include <memory>
#include <vector>

#include <linear/schur/schur_solver.hpp>
#include <minimize/loop/journal.hpp>
#include <minimize/sparse/sparse_descent.hpp>
#include <minimize/sparse/sparse_plan.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg {

/// Keeps the structure and the buffers from solve to solve as long as the linear solver and the threads stay the same.
class SparseEngine {
 public:
  /// Throws Error for what it cannot do: bounds, pinned components.
  explicit SparseEngine(const Problem& problem);

  /// Fills in the result's linear solver, and descends from x.
  Ending descend(std::vector<double> x, Journal& journal);

  /// The linear solver with the equations at x, for more than a descent; null where they are not finite.
  SchurSolver* linearize(const std::vector<double>& x, LinearSolverKind requested, double memory_limit, int threads);
  const BlockProgram& program() const { return program_; }
  double cost(const std::vector<double>& x, int threads) { return program_.cost(x.data(), threads); }
  /// Every loss has m times its scale from now on.
  void set_loss_scale(double m) { program_.set_loss_scale(m); }

 private:
  void prepare(LinearSolverKind requested, double memory_limit, int threads);

  BlockProgram program_;
  LinearSolverKind requested_ = LinearSolverKind::automatic;
  double memory_limit_ = -1.0;
  int threads_ = 0;
  SparsePlan plan_;
  std::shared_ptr<NormalLayout> layout_;  // with landmarks eliminated, or without any
  bool eliminating_ = false;
  std::unique_ptr<SchurSolver> linear_;
  std::unique_ptr<SparseDescent> loop_;
};

/// Whether a linear solver of this kind eliminates nothing.
bool keeps_all_blocks(LinearSolverKind kind);

/// Whether the problem is one for the sparse engine, by size and structure.
bool looks_sparse(const Problem& problem);

}  // namespace thalweg
