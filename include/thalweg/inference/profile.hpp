// Profile likelihood: intervals that follow the valley of the cost instead of a parabola laid into its floor.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// Where an interval ends.
enum class ProfileEnd {
  threshold,  ///< τ reaches its threshold
  bound,      ///< at the parameter's bound, before τ does
  infinite,   ///< τ does not, out to 1e8 × the larger of |θ̂| and the half-width of the linear interval
  edge,       ///< beyond, the model is not finite
  unknown,    ///< the solves on the way did not converge, found a lower cost, or were stopped: the end is NaN
};
std::string_view to_string(ProfileEnd);

/// Of one component of x. Both ends are unknown for a component that is fixed.
struct ProfileInterval {
  struct End {
    double value = unset;  ///< ±∞ where the interval is
    ProfileEnd kind = ProfileEnd::unknown;
  } lower, upper;
  /// Distance of each end from the estimate, over that of the linear interval: 1 where the model is linear. NaN unless
  /// the end is a threshold's and there is a standard error.
  double lower_ratio = unset, upper_ratio = unset;
};

/// For one parameter θ, F(θ) is the cost minimised over the others (those at bounds included), F̂ its minimum, and
///     τ(θ) = sign(θ − θ̂) √(2 (F(θ) − F̂)) / σ
/// (Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications, section 6.1; σ the residual standard
/// deviation). The interval is where |τ| ≤ the quantile of Student's t at ½ + level/2, of the normal distribution when
/// the noise is known and σ = 1 (Venzon & Moolgavkar 1988). For a linear model τ = (θ − θ̂)/standard error. Ends are
/// found to 1e-6 of their distance from θ̂, or better.
struct Profile {
  std::vector<ProfileInterval> intervals;  ///< of all components of x; empty when there are none
  double level = 0.95;
  double threshold = unset;  ///< of |τ|
  /// A point that lies below F̂: the solution was not the minimum, and the intervals around it mean little.
  struct LowerPoint {
    std::string parameter;  ///< whose profile met it
    double cost = 0.0;
    std::vector<double> x;
  };
  std::optional<LowerPoint> lower_point;
  Status status = Status::converged;  ///< or interrupted, time_limit: the ends not reached are unknown
  std::string reason;                 ///< why there are no intervals, or what stopped them; may be empty
  int solves = 0;

  bool available() const { return !intervals.empty(); }
};

/// `result` and `statistics` as solve and statistics returned them. There are intervals only where the solve converged
/// and the noise is known or can be estimated, no group has a loss, and no block is on a manifold. Each end has solves
/// of its own, side by side on Options::threads; the result is the same bits for any number. time_limit, interrupt and
/// callback hold for the whole. `components`: those of x whose intervals are wanted; empty: all. Throws Error for a
/// level outside (0, 1).
Profile profile(const Problem& problem, const Result& result, const FitStatistics& statistics,
                const Options& options = {}, double level = 0.95, std::span<const std::int64_t> components = {});

}  // namespace thalweg::inline v0_1
