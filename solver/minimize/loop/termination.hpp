// The tests that end a descent, in the words of its result, and the claims that verification withdraws.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include <thalweg/linear/damped_system.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/solve_context.hpp>

namespace thalweg::inline v0_1 {

/// The verdict that no step lowers the cost any more.
Verdict exhausted();

/// A trial of the trust-region loop.
struct Trial {
  double before, after;  ///< the cost
  double predicted;      ///< decrease of the cost
  double step, point;  ///< ‖Dδ‖, and ‖Dx‖ where it began, D the column norms of J there; NaN: there is no step
  double residual_norm;  ///< where the descent now is
};

/// The convergence tests of one descent (thalweg/minimize/convergence.hpp). A claim that verification does not confirm
/// is withdrawn: the tolerances become a hundred times tighter, and the descent goes on.
class Termination {
 public:
  void start(const Options& options);

  /// ‖Π(x − g) − x‖∞ is small.
  std::optional<Verdict> gradient(double norm) const;
  /// Both actual and predicted decrease, from `cost`, are ≤ tolerance · cost.
  std::optional<Verdict> decrease(double actual, double predicted, double cost) const;
  /// The step is short beside the point, in one metric. It says nothing while the cost still falls fast: where it does
  /// not `hardly_fall`.
  std::optional<Verdict> step(double length, double point, bool hardly_falls) const;
  /// The cost fell, from `cost`, by so little that a short step means something.
  static bool hardly_falls(double actual, double cost) { return actual <= steady * cost; }

  /// The last ten steps that were taken, this one among them, gained together no more than noise: `cost` after it.
  std::optional<Verdict> noise(double cost, double variance);
  /// All of them on a step that was taken; and on one that was not, whether there is any use in shorter ones:
  /// `no_shorter`, the strategy proposes none.
  std::optional<Verdict> accepted(const Trial& trial) const;
  static std::optional<Verdict> rejected(const Trial& trial, LinearStatus status, bool no_shorter);

  /// False where claims were withdrawn too often without the cost, now `cost`, falling between them.
  bool withdraw(double cost);
  /// What was withdrawn before counts no more.
  void renew() { withdrawals_ = 0; }

  double function_tolerance() const { return tightened_ * function_; }
  double gradient_tolerance() const { return tightened_ * gradient_; }
  double step_tolerance() const { return tightened_ * step_; }
  double tightened() const { return tightened_; }  ///< the factor of all of them, at most 1

 private:
  static constexpr double steady = 1e-3;
  double function_ = 0.0, gradient_ = 0.0, step_ = 0.0;
  double tightened_ = 1.0;
  static constexpr std::size_t window = 10;  // steps
  double noise_ = 0.0;
  std::array<double, window> costs_{};  // before the last steps, in turn
  std::size_t steps_ = 0;
  double withdrawn_cost_ = std::numeric_limits<double>::infinity();
  int withdrawals_ = 0;
};

}  // namespace thalweg::inline v0_1
