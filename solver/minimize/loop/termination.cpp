#include <minimize/loop/termination.hpp>

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <minimize/verification/thresholds.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Claims withdrawn in a row, and the part of the cost that must fall between two of them for a new row to begin.
constexpr int most_withdrawals = 6;
constexpr double falling = 0.01;
constexpr double tighter = 1e-2;
// What may be left where ten steps have gained next to nothing, in units of what they may have gained.
constexpr double noise_left = 10.0;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// ‖r‖ beside the size of the terms that r is made of: almost at their rounding, where a short step means something
/// while the cost still falls fast.
bool is_almost_exact(const Trial& trial) { return trial.residual_norm <= rounding_terms * epsilon * trial.point; }

}  // namespace

Verdict exhausted() { return {Status::converged, "no step lowers the cost in double precision", false, true}; }

void Termination::start(const Options& options) {
  *this = Termination();
  function_ = options.function_tolerance;
  gradient_ = options.gradient_tolerance;
  step_ = options.step_tolerance;
  noise_ = options.noise_tolerance;
}

std::optional<Verdict> Termination::gradient(double norm) const {
  if (!convergence::gradient_small(norm, gradient_tolerance())) return std::nullopt;
  return Verdict{Status::converged, norm == 0.0 ? "the gradient is zero"
                                                : fmt::format("gradient {:.1e} <= {:.0e}", norm, gradient_tolerance())};
}

std::optional<Verdict> Termination::decrease(double actual, double predicted, double cost) const {
  if (!convergence::decrease_small(actual, predicted, cost, function_tolerance())) return std::nullopt;
  return Verdict{Status::converged, fmt::format("relative decrease of the cost {:.1e} <= {:.0e}",
                                                cost > 0.0 ? actual / cost : 0.0, function_tolerance())};
}

std::optional<Verdict> Termination::step(double length, double point, bool hardly_falls) const {
  if (!hardly_falls || !convergence::step_small(length, point, step_tolerance())) return std::nullopt;
  return Verdict{Status::converged, fmt::format("relative step {:.1e} <= {:.0e}", length / point, step_tolerance())};
}

std::optional<Verdict> Termination::noise(double cost, double variance) {
  double& before = costs_[steps_++ % window];
  const double gained = before - cost;
  before = cost;
  // The cost that the window began with is that after the step before it.
  if (steps_ <= window || !(noise_ > 0.0 && gained <= noise_ * variance)) return std::nullopt;
  return Verdict{Status::converged,
                 fmt::format("{} steps lowered the cost by {:.1e} of a residual's variance together, <= {:.0e}", window,
                             gained / variance, noise_),
                 false, false, noise_left * noise_ * variance / cost};
}

std::optional<Verdict> Termination::accepted(const Trial& trial) const {
  const double actual = trial.before - trial.after;
  if (trial.after == 0.0) return Verdict{Status::converged, "the cost is zero"};
  if (auto small = decrease(actual, trial.predicted, trial.before)) return small;
  return step(trial.step, trial.point, hardly_falls(actual, trial.before) || is_almost_exact(trial));
}

std::optional<Verdict> Termination::rejected(const Trial& trial, LinearStatus status, bool no_shorter) {
  if (status == LinearStatus::fatal)
    return Verdict{Status::failed, "the linear solver met numbers that are not finite"};
  const bool tiny = trial.step <= epsilon * trial.point;
  const bool invisible = convergence::decrease_invisible(trial.before - trial.after, trial.predicted, trial.before);
  if (tiny || invisible || no_shorter) return exhausted();
  if (std::isfinite(trial.after) && is_almost_exact(trial))
    return Verdict{Status::converged, "the residuals are almost at rounding level"};
  return std::nullopt;
}

bool Termination::withdraw(double cost) {
  if (!std::isfinite(withdrawn_cost_) || cost < withdrawn_cost_ - falling * std::abs(withdrawn_cost_)) withdrawals_ = 0;
  withdrawn_cost_ = cost;
  if (++withdrawals_ > most_withdrawals) return false;
  tightened_ *= tighter;
  return true;
}

}  // namespace thalweg::inline v0_1
