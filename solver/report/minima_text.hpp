// What many starts found, in words.
#pragma once

#include <string>

#include <thalweg/report/report.hpp>

namespace thalweg {

/// What became of the starts, and the distinct minima, at most ten unless `verbose`. Begins with an empty line.
/// report.multistart must be there.
std::string minima_text(const Report& report, bool verbose);

}  // namespace thalweg
