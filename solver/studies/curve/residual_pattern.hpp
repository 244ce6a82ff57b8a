// What the residuals of a curve fit say of its model.
#pragma once

#include <thalweg/models/build.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1::studies {

/// Sets the runs test, in the order of x where every data set has one input, else of the fitted values, and
/// Shapiro-Wilk's; adds a note where the residuals have a pattern. Nothing for an exact fit.
void judge_residuals(const CurveFit& fit, const CurveProblem& built, Report& report);

}  // namespace thalweg::inline v0_1::studies
