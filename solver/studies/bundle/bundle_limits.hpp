// What of a bundle does not move, or not everywhere: --fix, --lower and --upper.
#pragma once

#include <thalweg/models/bundle.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Fixes and bounds what the request names, in the problem of a bundle. Throws Error for a name that is none, a number
/// that is not there, and bounds that cross.
void limit(Problem& problem, const Bundle& bundle, const Request& request);

}  // namespace thalweg::inline v0_1::studies
