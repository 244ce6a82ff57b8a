// The steps of a block system, some of whose columns are held.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <linear/block_solver.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

/// Steps of the equations that a solver holds. A column that is held gets, in place of its damping, 1e20 times its
/// own diagonal: to rounding the others are those of the system without it, whose structure stays as it is.
class BlockSteps final : public DampedSystem {
 public:
  explicit BlockSteps(BlockSolver& linear) : linear_(linear) {}

  /// The equations are assembled anew; held (nonzero) empty: no column is.
  void take(std::span<const char> held);
  /// From now on the gradient is `slope`: for the subproblem beside another point of the same quadratic model.
  void shift(std::span<const double> slope, std::span<const char> held);

  std::string_view name() const override { return linear_.name(); }
  std::span<const double> gradient() const override;
  std::span<const double> column_norms() const override;
  LinearStatus solve(double lambda, const double* D, double* step) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override { return linear_.squared_product(v); }
  double squared_step(double lambda, double scaled, const double* step) const override;

  /// Hv = JᵀJ v, undamped, held columns included.
  void product(const double* v, double* Hv) const { linear_.product(v, Hv); }
  double damping() const { return damping_; }  ///< λ of the last solve
  /// BlockSolver::decrement_by_last_factor(), with D of the last solve or one near it; empty where other columns were
  /// held then.
  std::optional<double> decrement_by_last_factor(const double* D, double most);

 private:
  void hold(std::span<const char> held);
  void pin(double lambda, const double* D);

  BlockSolver& linear_;
  std::vector<char> held_;           // empty: none, and the equations' own gradient
  std::vector<char> factored_held_;  // when the last factor was made
  LargeVector<double> gradient_, column_norms_, damped_, right_;
  double damping_ = 0.0;
};

}  // namespace thalweg::inline v0_1
