// Errors of parameters and their intervals, as all ways to the statistics of a fit write them down.
#pragma once

#include <thalweg/inference/statistics.hpp>

#include "inference/rank.hpp"

namespace thalweg::inline v0_1 {

/// Half the width of an interval over its standard error: the quantile of Student's t at ½ + level/2 with the fit's
/// degrees of freedom, of the normal distribution where the noise is known; NaN where nothing tells the noise.
double interval_quantile(const FitStatistics& s, double level);

/// The standard error and, `quantile` times that on either side, the interval.
void set_error(ParameterStatistics& p, double standard_error, double quantile);

/// Lists the null space of the free columns.
void list_undetermined(const NormalInverse& inverse, FitStatistics& s);

}  // namespace thalweg::inline v0_1
