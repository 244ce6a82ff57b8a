#include <thalweg/minimize/line_search.hpp>

#include <minimize/line_search/searches.hpp>

namespace thalweg::inline v0_1 {

// Slopes smaller than this part of the first are as good as zero, for a search that calls itself exact.
constexpr double exact_curvature = 1e-10;

bool decreases_enough(const LinePoint& origin, const LinePoint& p, const LineSearchSettings& settings) {
  const double c1 = settings.sufficient_decrease;
  if (settings.noise > 0.0 && std::abs(p.value - origin.value) <= settings.noise)
    return p.slope <= (2.0 * c1 - 1.0) * origin.slope;
  return p.value <= origin.value + c1 * p.alpha * origin.slope;
}

bool satisfies_strong_wolfe(const LinePoint& origin, const LinePoint& p, const LineSearchSettings& settings) {
  return decreases_enough(origin, p, settings) && std::abs(p.slope) <= settings.curvature * std::abs(origin.slope);
}

bool satisfies_wolfe(const LinePoint& origin, const LinePoint& p, const LineSearchSettings& settings) {
  return decreases_enough(origin, p, settings) && p.slope >= settings.curvature * origin.slope;
}

LineSearchResult search_line(LineSearch kind, LineFunction& phi, const LinePoint& origin, double first,
                             const LineSearchSettings& settings) {
  if (kind == LineSearch::backtracking) return search_by_backtracking(phi, origin, first, settings);
  if (kind == LineSearch::hager_zhang) return search_by_hager_zhang(phi, origin, first, settings);
  if (kind != LineSearch::exact) return search_for_strong_wolfe(phi, origin, first, settings);
  LineSearchSettings tight = settings;
  tight.curvature = exact_curvature;
  return search_for_strong_wolfe(phi, origin, first, tight);
}

}  // namespace thalweg::inline v0_1
