// One group of rows as a fit of its own.
#pragma once

#include <thalweg/inference/statistics.hpp>
#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1::studies {

/// The rows of one group, whose parameters are per group no more.
CurveFit fit_in_group(const CurveFit& fit, std::size_t group);

/// Statistics of the parameters in one group, in the order of the fit: covariance and what it takes for intervals.
FitStatistics statistics_in_group(const CurveFit& fit, const CurveProblem& built, const FitStatistics& s,
                                  std::size_t group);

}  // namespace thalweg::inline v0_1::studies
