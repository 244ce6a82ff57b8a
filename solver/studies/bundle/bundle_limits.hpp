// What of a bundle does not move, or not everywhere: --fix, --lower and --upper.
#pragma once

#include <optional>
#include <string>

#include <thalweg/models/bundle_terms.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Fixes and bounds what the request names, in the problem of a bundle, and moves starts to their bounds. Returns a
/// sentence on those that it moved. Throws Error for a name that is none, a number that is not there, bounds that
/// cross, and for cameras that are to be fixed where others share their intrinsics.
std::optional<std::string> limit(Problem& problem, const Bundle& bundle, const SharedIntrinsics& shared,
                                 const Request& request);

}  // namespace thalweg::inline v0_1::studies
