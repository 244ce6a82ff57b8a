#include <minimize/line_search/searches.hpp>

namespace thalweg::inline v0_1 {

// Armijo (1966). Each trial is the minimiser of a parabola through what is known, kept between a tenth and a half of
// the last (Dennis & Schnabel 1983, algorithm A6.3.1).
LineSearchResult search_by_backtracking(LineFunction& phi, const LinePoint& origin, double first,
                                        const LineSearchSettings& settings) {
  using Status = LineSearchResult::Status;
  LineSearchResult result;
  double alpha = std::min(first, settings.longest);
  while (result.evaluations < settings.max_evaluations && origin.alpha + alpha > origin.alpha) {
    const double value = phi.value(alpha);
    ++result.evaluations;
    if (value <= origin.value + settings.sufficient_decrease * alpha * origin.slope) {
      result.status = Status::found;
      result.point.alpha = alpha;
      result.point.value = value;
      return result;
    }
    double next = std::isfinite(value) ? line::parabola_minimiser(origin, alpha, value) : 0.0;
    if (!(next >= 0.1 * alpha)) next = 0.1 * alpha;
    alpha = std::min(next, 0.5 * alpha);
  }
  result.point = origin;
  return result;
}

}  // namespace thalweg::inline v0_1
