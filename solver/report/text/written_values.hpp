// How many digits of several numbers it takes for what is written to reproduce the fit.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <thalweg/inference/statistics.hpp>

namespace thalweg::inline v0_1::text {

/// Decimal exponent of the first digit of v; 0 of zero and of what is not finite.
int first_place(double v);

/// Writes number k with its last digit at a decimal place (−2: hundredths), or with more digits.
using Writer = std::function<std::string(std::size_t k, int place)>;

/// The places at which x[k] is to be rounded, no coarser than `places`, so that what is written, all of it together,
/// raises Σr² by less than 1 % of what one standard error does. Rounding each number by its own error does not: the
/// errors may compensate each other. O(n² + n digits).
std::vector<int> reproducing_places(std::span<const double> x, std::vector<int> places, const Writer& write,
                                    const RoundingMetric& metric);

/// A number as it was given: the shortest text that reads as the same number.
std::string as_given(double v);

}  // namespace thalweg::inline v0_1::text
