// What a curve fit says of its constraints.
#pragma once

#include <thalweg/minimize/constrained.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Throws Error for what a fit with constraints cannot be asked for.
void refuse_under_constraints(const CurveFit& fit, const Request& request);

/// Adds a section: each constraint with its value and multiplier.
void add_constraints(const CurveFit& fit, const ConstrainedOutcome& found, Report& report);

}  // namespace thalweg::inline v0_1::studies
