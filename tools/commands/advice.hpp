// What a person would see in a picture of a fit: that it is wrong, and what to do.
#pragma once

#include <vector>

#include <thalweg/models/build.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::tool {

/// Adds notes to the result: a fit that is no better than the mean of the data, a stall, a lowest minimum that few
/// starts met. `starts`: how many there were.
void note_doubts(Report& report, int starts);

/// Adds a note where a function of the model is out of range on every row at the start, or else at the solution, and
/// the fit is in doubt.
void note_saturation(const CurveProblem& built, Report& report);

}  // namespace thalweg::tool
