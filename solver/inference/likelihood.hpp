// Whether the cost is a likelihood of normal errors, which profiles and samples need. Private.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// σ that the residuals are divided by: 1 where the noise is known.
inline double noise_of(const FitStatistics& s) { return s.noise == Noise::known ? 1.0 : s.residual_standard_deviation; }

/// Why the cost around the solution is no likelihood; empty when it is.
inline std::string why_no_likelihood(const Problem& problem, const Result& result, const FitStatistics& statistics) {
  if (!result.converged()) return "the solve did not converge";
  if (!statistics.available()) return "the fit has no statistics";
  if (problem.is_curved()) return "the numbers of a point on a manifold have no intervals of their own";
  const auto& groups = problem.groups();
  if (std::any_of(groups.begin(), groups.end(), [](const auto& group) { return !group->loss().is_trivial(); }))
    return "with a loss the cost is no likelihood of normal errors";
  if (!std::isfinite(noise_of(statistics))) return "there are no more data than parameters";
  if (noise_of(statistics) == 0.0 || statistics.exact) return "the fit is exact";
  return "";
}

}  // namespace thalweg::inline v0_1
