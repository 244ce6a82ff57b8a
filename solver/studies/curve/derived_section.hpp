// What a curve fit says of its derived quantities, tied parameters and definitions.
#pragma once

#include <thalweg/report/report.hpp>
#include <thalweg/studies/derived.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Adds the tied parameters and a section, by profile where the request asks for that, to a report that has its
/// statistics. Nothing for a fit without expressions.
void add_derived(const CurveFit& fit, const CurveProblem& built, const Request& request, Report& report);

}  // namespace thalweg::inline v0_1::studies
