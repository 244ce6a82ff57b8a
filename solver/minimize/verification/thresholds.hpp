// What a claim of convergence is held against.
#pragma once

#include <algorithm>

#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

/// Rounding in r beside ε‖Dx‖, D the column norms of J, at most: a residual is a sum of terms, each with its own
/// errors.
inline constexpr double rounding_terms = 1000.0;

/// The largest relative decrease of the cost that may still be promised where a descent converges: 1e-8, or a hundred
/// times the function tolerance where that is more.
inline double believable_promise(const Options& options) { return std::max(1e-8, 100.0 * options.function_tolerance); }

inline constexpr const char* underflow_words =
    "the residuals are so small that their squares underflow; expected data in other units";

}  // namespace thalweg::inline v0_1
