// What a curve fit says of the parameters of each group of rows.
#pragma once

#include <thalweg/models/build.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1::studies {

/// Adds a section to a report that has its statistics, and takes those parameters out of its list. Nothing for a fit
/// without groups.
void add_groups(const CurveFit& fit, const CurveProblem& built, Report& report);

}  // namespace thalweg::inline v0_1::studies
