// Performance profiles: how often each method is within a factor of the best (Dolan & Moré 2002).
#pragma once

#include <vector>

#include <thalweg/methods/compare.hpp>

namespace thalweg::inline v0_1 {

/// A case is a problem from one of its starts. Of one method s, r = t / min over the methods of t on the same case, t
/// what it took to reach the target; ρ(τ) is the part of all cases with r ≤ τ (Dolan & Moré 2002, equations 1 and 2).
struct PerformanceProfile {
  int cases = 0;                            ///< all, those that no method solved included
  std::vector<std::vector<double>> ratios;  ///< of each method, ascending; a case that it did not solve has none
};

enum class Effort { evaluations, seconds };

/// Methods in the order of comparison.methods. Where a method was refused it has solved nothing. Efforts below what can
/// be told apart, 1 evaluation or 1 µs, count as that.
PerformanceProfile performance_profile(const Comparison& comparison, Effort effort);

}  // namespace thalweg::inline v0_1
