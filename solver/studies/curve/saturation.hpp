// Functions of a model that are out of their range.
#pragma once

#include <thalweg/models/build.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1::studies {

/// Adds a note where a function of the model is out of range on every row at the start, or else at the solution, and
/// the fit is in doubt.
void note_saturation(const CurveProblem& built, Report& report);

}  // namespace thalweg::inline v0_1::studies
