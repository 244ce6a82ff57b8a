// A least-squares problem whose residuals each read a few of many blocks.
#pragma once

#include <memory>
#include <vector>

#include <linear/schur/schur_solver.hpp>
#include <minimize/system/blocks/block_assembly.hpp>
#include <minimize/system/blocks/block_plan.hpp>
#include <minimize/system/blocks/block_steps.hpp>
#include <minimize/system/column_bounds.hpp>
#include <thalweg/minimize/system.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg::inline v0_1 {

/// JᵀJ and Jᵀr in blocks, J never being stored, or for LSQR, LSMR and MINRES J in blocks. The structure and the buffers
/// are kept from solve to solve as long as the linear solver, its memory and the threads stay the same.
class BlockSystem final : public System {
 public:
  /// `pinned`: components of x that are held besides those that the problem holds.
  explicit BlockSystem(const Problem& problem, std::span<const std::int64_t> pinned = {});

  const BlockProgram& program() const { return program_; }
  double cost(const std::vector<double>& x, int threads) { return program_.cost(x.data(), threads); }
  /// Every loss has m times its scale from now on.
  void set_loss_scale(double m) { program_.set_loss_scale(m); }
  /// The linear solver with the equations at x, for more than a descent; null where they are not finite. Of those that
  /// form JᵀJ: where another is requested, the automatic one.
  SchurSolver* equations_at(const std::vector<double>& x, LinearSolverKind requested, double memory_limit, int threads);

  void prepare(SolveContext& context) override;
  Options advised(const Options& options) const override;
  std::optional<Verdict> begin(std::vector<double> x, SolveContext& context) override;
  std::int64_t columns() const override { return program_.columns(); }
  std::string column_name(std::int64_t column) const override { return program_.column_name(column); }
  std::int64_t component_of(std::int64_t column) const override { return program_.component_of(column); }

  const std::vector<double>& x() const override { return x_; }
  double cost() const override { return cost_; }
  double variance() const override { return program_.variance(cost()); }
  double gradient_norm() const override { return gradient_norm_; }
  std::span<const double> sizes() const override { return sizes_; }
  std::span<const char> held() const override { return bounds_.held(); }
  DampedSystem& steps() override { return *steps_; }

  double evaluate(const double* step, bool promising) override;
  bool accept() override;
  bool reject() override;
  void linearize() override;
  ProposedStep confine(const ProposedStep& proposed, const Strategy& strategy, double* step) override;

  double cost_beside(const double* step) override;
  void hold(std::vector<char> columns) override { bounds_.hold(std::move(columns)); }
  bool is_small() const override { return columns() <= most_columns; }
  std::vector<double> scatter(std::vector<double> x, double spread, std::mt19937_64& random) const override;

 private:
  static constexpr std::int64_t most_columns = 1000;  // of a small system

  void choose(LinearSolverKind requested, double memory_limit, int threads);
  void solve_by_rows(int threads);
  void solve_by_equations(int threads);
  bool assemble(const std::vector<double>& x);
  void retract(const double* step, std::vector<double>& to) const;
  void tighten(double before);
  void choose_curvature(double before);
  double promised_decrease(double allowed) override;

  BlockProgram program_;
  ColumnBounds bounds_;
  LinearSolverKind requested_ = LinearSolverKind::automatic;
  double memory_limit_ = -1.0;
  int threads_ = 0;
  BlockPlan plan_;
  std::shared_ptr<NormalLayout> layout_;  // with landmarks eliminated, or without any
  double least_eliminated_ = 0.0;         // by what part of the columns it was chosen; 2: nothing is eliminated
  std::unique_ptr<BlockSolver> linear_;
  SchurSolver* equations_ = nullptr;  // the same where it forms JᵀJ
  std::unique_ptr<BlockAssembly> assembly_;
  std::unique_ptr<BlockSteps> steps_;

  // Of the descent in progress.
  SolveContext* context_ = nullptr;
  std::vector<double> x_, trial_x_, beside_x_;
  double cost_ = 0.0, gradient_norm_ = 0.0;
  double assembled_cost_ = 0.0;  // at the point of the equations
  bool at_trial_ = false;        // which is the trial
  bool finite_ = false;          // and whether they are finite there
  double forcing_ = 0.0;         // of iterative linear solvers
  int refused_ = 0;              // steps in a row
  LargeVector<double> sizes_, unit_scale_, step_;
};

}  // namespace thalweg::inline v0_1
