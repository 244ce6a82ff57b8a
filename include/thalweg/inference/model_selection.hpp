// Which of several models of the same data: weights, and tests of nested ones.
#pragma once

#include <span>
#include <vector>

#include <thalweg/inference/statistics.hpp>

namespace thalweg::inline v0_1 {

/// exp(−½ Δᵢ) / Σ exp(−½ Δ), Δ the criterion (AIC or AICc) less its minimum: how plausible each model is, if one of
/// them is the best (Burnham & Anderson 2002, Model Selection and Multimodel Inference, section 2.9). 0 where the
/// criterion is NaN; all NaN where every one is.
std::vector<double> akaike_weights(std::span<const double> criterion);

/// Whether the fuller of two nested models fits better than by chance.
struct NestedTest {
  bool chi_squared = false;  ///< of known noise: Δχ²; of likelihoods −2 Δ ln L; else Fisher's F
  double statistic =
      unset;  ///< F = ((S₁ − S₂)/(ν₁ − ν₂)) / (S₂/ν₂), S sums of squares, ν degrees of freedom; or S₁ − S₂
  int numerator = 0;           ///< ν₁ − ν₂
  int denominator = 0;         ///< ν₂; 0 of Δχ²
  double probability = unset;  ///< of a statistic as large, if the simpler model is true
};

/// Of two fits to the same data (Bates & Watts 1988, section 3.10.1). NaN where it is not defined: no fewer parameters,
/// no degrees of freedom, a loss, an exact fit.
NestedTest nested_test(const FitStatistics& simpler, const FitStatistics& fuller);

}  // namespace thalweg::inline v0_1
