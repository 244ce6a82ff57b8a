// A comparison for people and for programs.
#pragma once

#include <string>

#include <thalweg/methods/compare.hpp>

namespace thalweg::inline v0_1 {

/// The stopping rule in words, then for one problem a row per method, for several a row per method over all of them
/// and, when `verbose`, the table of each problem. At most 110 columns wide, as long as names are.
std::string to_text(const Comparison& comparison, bool verbose = false);

/// One JSON object with a newline at its end; numbers read back as the same bits, unset ones are null. Of a trace with
/// more than 2,000 records as many are kept, evenly over the iterations and over their logarithm. Keys may be added in
/// later versions, none renamed.
std::string to_json(const Comparison& comparison);

/// A row per run, and one per method that was refused; unset numbers are empty.
std::string to_csv(const Comparison& comparison);

}  // namespace thalweg::inline v0_1
