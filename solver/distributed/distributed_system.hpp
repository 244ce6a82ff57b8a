// A least-squares problem whose residuals are spread over processes, under the trust-region loop.
#pragma once

#include <memory>
#include <vector>

#include <distributed/shared_equations.hpp>
#include <minimize/system/blocks/block_assembly.hpp>
#include <thalweg/distributed/solve.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// Every process runs the same loop on its own columns; costs and norms are of all, the same bits in each, so that the
/// processes decide alike. The point x() is that of this process' blocks, copies of shared ones among them.
class DistributedSystem final : public System {
 public:
  /// Collective. Throws CollectiveError for bounds, which it does not know, and what SharedEquations refuses.
  DistributedSystem(const Communicator& communicator, const Share& share, const DistributedOptions& how, int threads);

  void prepare(SolveContext& context) override;
  Options advised(const Options& options) const override;
  std::optional<Verdict> begin(std::vector<double> x, SolveContext& context) override;
  std::int64_t columns() const override { return equations_->columns(); }
  std::string column_name(std::int64_t column) const override;
  std::int64_t component_of(std::int64_t column) const override;

  const std::vector<double>& x() const override { return x_; }
  double cost() const override { return cost_; }
  double variance() const override;
  double gradient_norm() const override { return gradient_norm_; }
  std::span<const double> sizes() const override { return sizes_; }
  DampedSystem& steps() override { return *equations_; }

  double evaluate(const double* step, bool promising) override;
  bool accept() override;
  bool reject() override;
  void linearize() override;
  double cost_beside(const double* step) override;

  const SharedEquations& equations() const { return *equations_; }

 private:
  bool assemble(const std::vector<double>& x);
  void retract(const double* step, std::vector<double>& to);
  double total_cost(const std::vector<double>& x);
  void choose_curvature(double before);
  void tighten(double before);
  Verdict non_finite();
  double promised_decrease(double allowed) override;

  const Communicator& communicator_;
  DistributedOptions how_;
  BlockProgram program_;
  std::unique_ptr<SharedEquations> equations_;
  std::unique_ptr<NormalAssembly> assembly_;
  std::int64_t residual_blocks_;
  int threads_;
  bool has_loss_ = false;          // in any process
  double degrees_of_freedom_ = 0;  // of all: residual components less columns

  SolveContext* context_ = nullptr;
  std::vector<double> x_, trial_x_, beside_x_, program_step_;
  double cost_ = 0.0, gradient_norm_ = 0.0;
  double assembled_cost_ = 0.0;  // at the point of the equations
  bool at_trial_ = false;        // which is the trial
  bool finite_ = false;          // and whether they are finite there, in every process
  double forcing_ = 0.0;
  int refused_ = 0;  // steps in a row
  LargeVector<double> sizes_, program_sizes_;
};

}  // namespace thalweg::inline v0_1
