// The trust-region loop on block-sparse problems.
#pragma once

#include <linear/schur/schur_solver.hpp>
#include <minimize/loop/journal.hpp>
#include <minimize/sparse/block_assembly.hpp>
#include <thalweg/minimize/strategy.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg {

/// One descent from one start, with the strategies of the dense loop. Buffers are kept from run to run.
class SparseDescent {
 public:
  SparseDescent(BlockProgram& program, SchurSolver& linear);
  Ending run(std::vector<double> x, Strategy& strategy, Journal& journal);

 private:
  using Outcome = IterationRecord::Outcome;
  std::optional<Verdict> begin();
  std::optional<Verdict> iterate();
  bool linearize();
  void tighten(double previous_gradient);
  Outcome attempt(const ProposedStep& proposed);
  Outcome evaluate_cost_first(const ProposedStep& proposed);
  Outcome linearize_directly(const ProposedStep& proposed);
  std::optional<Verdict> step_verdict(const ProposedStep& proposed, double previous) const;
  std::optional<Verdict> exhausted_verdict(const ProposedStep& proposed) const;
  bool falls(const ProposedStep& proposed) const;
  std::optional<Verdict> concluded(const Verdict& claim);
  double promised_decrease(double allowed);
  double point_norm() const;

  BlockProgram& program_;
  SchurSolver& linear_;
  BlockAssembly assembly_;
  std::vector<double> x_, trial_x_;
  LargeVector<double> step_, coordinates_, unit_scale_;
  Termination tests_;
  double factor_damping_ = 0.0;   // λ of the factor at hand
  double forcing_ = 0.0;          // of iterative linear solvers
  bool confident_ = false;        // that the next step will be good
  double linearized_cost_ = 0.0;  // at the point of the last linearisation
  double cost_ = 0.0, trial_cost_ = 0.0, gain_ = 0.0, gradient_norm_ = 0.0;
  Strategy* strategy_ = nullptr;
  Journal* journal_ = nullptr;
};

}  // namespace thalweg
