#include <limits>
#include <optional>

#include <minimize/line_search/searches.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Status = LineSearchResult::Status;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// How much longer the next trial may be, and at least is, while φ keeps falling.
constexpr double most_growth = 10.0, least_growth = 2.0;

class StrongWolfe {
 public:
  StrongWolfe(LineFunction& phi, const LinePoint& origin, const LineSearchSettings& settings)
      : phi_(phi), origin_(origin), settings_(settings), best_(origin) {}

  LineSearchResult run(double first);

 private:
  LineSearchResult zoom(LinePoint low, LinePoint high);
  LinePoint evaluate(double alpha);
  bool enough(const LinePoint& p) const { return decreases_enough(origin_, p, settings_); }
  bool lower(const LinePoint& a, const LinePoint& b) const;
  LineSearchResult end(Status status, const LinePoint& point) const { return {status, point, evaluations_}; }
  LineSearchResult give_up() const;

  LineFunction& phi_;
  const LinePoint origin_;
  const LineSearchSettings& settings_;
  LinePoint best_;  ///< the lowest met that decreases enough
  int evaluations_ = 0;
};

LinePoint StrongWolfe::evaluate(double alpha) {
  ++evaluations_;
  const LinePoint p = phi_.evaluate(alpha);
  if (line::finite(p) && enough(p) && (best_.alpha == origin_.alpha || lower(p, best_))) best_ = p;
  return p;
}

/// Whether a lies lower than b; between values that noise makes equal, whether a is flatter.
bool StrongWolfe::lower(const LinePoint& a, const LinePoint& b) const {
  if (std::abs(a.value - b.value) > settings_.noise) return a.value < b.value;
  return std::abs(a.slope) < std::abs(b.slope);
}

LineSearchResult StrongWolfe::give_up() const {
  return end(best_.alpha != origin_.alpha ? Status::incomplete : Status::no_decrease, best_);
}

/// Nocedal & Wright (2006), algorithm 3.5: lengthens the step until a good one is bracketed.
LineSearchResult StrongWolfe::run(double first) {
  LinePoint previous = origin_;
  double alpha = std::min(first, settings_.longest);
  double wall = std::numeric_limits<double>::infinity();  // the shortest step that was not finite
  while (evaluations_ < settings_.max_evaluations && alpha > previous.alpha) {
    const LinePoint p = evaluate(alpha);
    if (!line::finite(p)) {
      wall = alpha;
      alpha = previous.alpha + 0.25 * (alpha - previous.alpha);
      if (alpha - previous.alpha <= epsilon * previous.alpha) break;
      continue;
    }
    if (!enough(p) || (previous.alpha > origin_.alpha && !lower(p, previous))) return zoom(previous, p);
    if (satisfies_strong_wolfe(origin_, p, settings_)) return end(Status::found, p);
    if (p.slope >= 0.0) return zoom(p, previous);
    if (alpha >= settings_.longest) return end(Status::longest, p);
    double next = line::cubic_minimiser(previous, p);
    if (!(next >= least_growth * alpha)) next = least_growth * alpha;
    if (!(next <= most_growth * alpha)) next = most_growth * alpha;
    if (next >= wall) next = 0.5 * (alpha + wall);
    if (next - alpha <= epsilon * alpha) break;
    previous = p;
    alpha = std::min(next, settings_.longest);
  }
  return give_up();
}

/// Algorithm 3.6: `low` decreases enough and is the lowest so far, its slope points to `high`. Cubic interpolation,
/// bisection where that lands near an end or the bracket shrinks slowly.
LineSearchResult StrongWolfe::zoom(LinePoint low, LinePoint high) {
  double before_last = std::numeric_limits<double>::infinity(), last = before_last;
  while (evaluations_ < settings_.max_evaluations) {
    const double width = std::abs(high.alpha - low.alpha);
    if (width <= 2.0 * epsilon * std::max(low.alpha, high.alpha)) break;
    double alpha = line::cubic_minimiser(low, high);
    const double margin = std::min(0.1, width / std::max(low.alpha, high.alpha)) * width;
    const double left = std::min(low.alpha, high.alpha) + margin, right = std::max(low.alpha, high.alpha) - margin;
    const bool slow = width > 2.0 / 3.0 * before_last;
    if (slow || std::isnan(alpha)) alpha = 0.5 * (low.alpha + high.alpha);
    alpha = std::clamp(alpha, left, right);
    before_last = last;
    last = width;

    const LinePoint p = evaluate(alpha);
    if (!line::finite(p) || !enough(p) || !lower(p, low)) {
      // A finite stand-in keeps the interpolation defined: a wall is a bisection away.
      high = line::finite(p) ? p : LinePoint{alpha, origin_.value + std::abs(origin_.value), -origin_.slope};
      continue;
    }
    if (satisfies_strong_wolfe(origin_, p, settings_)) return end(Status::found, p);
    if (p.slope * (high.alpha - low.alpha) >= 0.0) high = low;
    low = p;
  }
  return give_up();
}

}  // namespace

LineSearchResult search_for_strong_wolfe(LineFunction& phi, const LinePoint& origin, double first,
                                         const LineSearchSettings& settings) {
  return StrongWolfe(phi, origin, settings).run(first);
}

}  // namespace thalweg::inline v0_1
