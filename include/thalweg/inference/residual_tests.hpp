// Whether residuals look like independent normal noise.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace thalweg::inline v0_1 {

/// A run is a longest piece of a series whose members have one sign.
struct RunsTest {
  int runs = 0;
  double expected = 0.0;     ///< number of runs, if signs come in a random order
  double probability = 1.0;  ///< of so few runs, or fewer, by chance
};

/// Wald & Wolfowitz 1940, Ann. Math. Stat. 11, 147, of the signs of residuals that stand in the order of x: too few
/// runs show that a model misses a trend. Zeros are left out. Several series count together, each with runs of its own.
/// The distribution of the number of runs is exact up to 1,000 residuals, beyond normal with a continuity correction.
/// Empty where no series has residuals of both signs. O(n); up to 1,000 residuals of several series O(n²).
std::optional<RunsTest> runs_test(std::span<const std::vector<double>> series);

struct ShapiroWilk {
  double w = 1.0;            ///< 0 < W ≤ 1; 1: the ordered values lie on the line of normal quantiles
  double probability = 1.0;  ///< of so small a W, if the values are normal
};

/// Of 3 to 5,000 values in any order, by Royston 1995, Appl. Stat. 44, 547 (algorithm AS R94), without censoring. Empty
/// for another number of values, for values that are not finite, and where all are equal to rounding. O(n log n).
std::optional<ShapiroWilk> shapiro_wilk(std::vector<double> values);

}  // namespace thalweg::inline v0_1
