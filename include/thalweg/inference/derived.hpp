// Quantities that are functions of the parameters: their values, errors and intervals.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/inference/profile.hpp>
#include <thalweg/inference/statistics.hpp>

namespace thalweg::inline v0_1 {

/// g(x) at the solution. The standard error is √(∇gᵀ C ∇g), C the covariance of the free parameters (propagation of
/// errors to first order; Bates & Watts 1988, section 2.3), its interval g ± t times that, as of parameters. NaN where
/// g depends on what the data do not determine; 0 where it depends on nothing that is free.
struct DerivedStatistics {
  std::string name;
  double value = unset;
  double standard_error = unset;
  double lower_interval = unset, upper_interval = unset;
  std::optional<ProfileInterval> profile = std::nullopt;  ///< by profile likelihood, where that was asked for

  std::optional<std::pair<double, double>> posterior = std::nullopt;  ///< by samples of it, likewise

  /// The interval by samples or by profile where there is one.
  double lower() const { return posterior ? posterior->first : profile ? profile->lower.value : lower_interval; }
  double upper() const { return posterior ? posterior->second : profile ? profile->upper.value : upper_interval; }
  std::string_view interval_kind() const { return posterior ? "posterior" : profile ? "profile" : "linear"; }
};

/// `gradient`: ∂g/∂x of all components of x. The level is that of the statistics' own intervals.
DerivedStatistics derive(std::string name, double value, std::span<const double> gradient,
                         const FitStatistics& statistics);

}  // namespace thalweg::inline v0_1
