// What a person would see in a picture of a fit: that it is wrong, and what to do.
#pragma once

#include <string>

#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1 {

/// Why the fit is in doubt: a stall, no better than the mean of the data; empty: it is not.
std::string doubt_about(const Report& report);

/// Adds notes to the result: a fit that is in doubt, a lowest minimum that few starts met. `starts`: how many there
/// were.
void note_doubts(Report& report, int starts);

}  // namespace thalweg::inline v0_1
