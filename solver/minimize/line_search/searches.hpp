// The line searches, and the interpolation that they share.
#pragma once

#include <algorithm>
#include <cmath>

#include <thalweg/minimize/line_search.hpp>

namespace thalweg::inline v0_1 {

LineSearchResult search_by_backtracking(LineFunction& phi, const LinePoint& origin, double first,
                                        const LineSearchSettings& settings);
LineSearchResult search_for_strong_wolfe(LineFunction& phi, const LinePoint& origin, double first,
                                         const LineSearchSettings& settings);
LineSearchResult search_by_hager_zhang(LineFunction& phi, const LinePoint& origin, double first,
                                       const LineSearchSettings& settings);

namespace line {

inline bool finite(const LinePoint& p) { return std::isfinite(p.value) && std::isfinite(p.slope); }

/// Minimiser of the cubic through two values and slopes (Nocedal & Wright 2006, equation 3.59); NaN when there is none.
inline double cubic_minimiser(const LinePoint& a, const LinePoint& b) {
  const double d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.alpha - b.alpha);
  const double d2 = std::copysign(std::sqrt(d1 * d1 - a.slope * b.slope), b.alpha - a.alpha);
  return b.alpha - (b.alpha - a.alpha) * (b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2);
}

/// Minimiser of the parabola through φ(0), φ'(0) and φ(α).
inline double parabola_minimiser(const LinePoint& origin, double alpha, double value) {
  return -0.5 * origin.slope * alpha * alpha / (value - origin.value - origin.slope * alpha);
}

/// Where the line through two slopes vanishes.
inline double secant(const LinePoint& a, const LinePoint& b) {
  return (a.alpha * b.slope - b.alpha * a.slope) / (b.slope - a.slope);
}

}  // namespace line
}  // namespace thalweg::inline v0_1
