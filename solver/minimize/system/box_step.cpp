#include <minimize/system/box_step.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = std::vector<double>;

// A Cauchy point has this part of the decrease that its slope promises; so has each step after it.
constexpr double sufficient = 0.01;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

class Search {
 public:
  Search(BoxModel& model, std::span<const double> g, const BoxedRegion& region, std::span<double> step)
      : model_(model), g_(g), at_(region), s_(step), Hs_(g.size()), trial_(g.size()), Htrial_(g.size()), w_(g.size()) {}

  double run() {
    if (!cauchy()) return 0.0;
    Vector slope(g_.size());
    std::vector<char> fixed(g_.size());
    for (std::size_t round = 0; round <= g_.size(); ++round) {
      bool any_free = false;
      for (std::size_t j = 0; j < g_.size(); ++j) {
        slope[j] = g_[j] + Hs_[j];
        fixed[j] = held(j) || s_[j] <= low(j) || s_[j] >= high(j);
        any_free = any_free || !fixed[j];
      }
      if (!any_free || !model_.improve(s_, slope, fixed, w_) || !follow(slope)) break;
    }
    return -value_;
  }

 private:
  bool held(std::size_t j) const { return !at_.held.empty() && at_.held[j]; }
  double low(std::size_t j) const { return at_.lower[j] - at_.x[j]; }
  double high(std::size_t j) const { return at_.upper[j] - at_.x[j]; }
  double inside(std::size_t j, double step) const { return std::clamp(step, low(j), high(j)); }

  /// q at trial_.
  double evaluate() {
    model_.product(trial_, Htrial_);
    return dot(g_, trial_) + 0.5 * dot(trial_, Htrial_);
  }
  void take(double value) {
    std::copy(trial_.begin(), trial_.end(), s_.begin());
    std::swap(Hs_, Htrial_);
    value_ = value;
  }

  /// Backtracks along Π(x − tD⁻²g) from the trust region's edge.
  bool cauchy() {
    double squares = 0.0;
    for (std::size_t j = 0; j < g_.size(); ++j)
      if (!held(j)) squares += g_[j] * g_[j] / (at_.D[j] * at_.D[j]);
    if (!(squares > 0.0) || !std::isfinite(squares)) return false;
    for (double t = at_.radius / std::sqrt(squares); t > 0.0; t *= 0.5) {
      for (std::size_t j = 0; j < g_.size(); ++j)
        trial_[j] = held(j) ? 0.0 : inside(j, -t * g_[j] / (at_.D[j] * at_.D[j]));
      const double slope = dot(g_, trial_);
      if (slope == 0.0) return false;
      if (const double value = evaluate(); value <= sufficient * slope) {
        take(value);
        return true;
      }
    }
    return false;
  }

  /// From s along w: as far as the projected path still lowers q enough, else to the first bound. False when nothing
  /// new was met, or nothing gained: s is as good as it gets.
  bool follow(const Vector& slope) {
    bool met = false;
    for (double t = 1.0; t > 0.1; t *= 0.5) {
      met = false;
      double promised = 0.0;
      for (std::size_t j = 0; j < g_.size(); ++j) {
        trial_[j] = inside(j, s_[j] + t * w_[j]);
        met = met || (w_[j] != 0.0 && (trial_[j] == low(j) || trial_[j] == high(j)));
        promised += slope[j] * (trial_[j] - s_[j]);
      }
      if (const double value = evaluate(); promised < 0.0 && value <= value_ + sufficient * promised) {
        take(value);
        return met;
      }
    }
    double longest = 1.0;
    for (std::size_t j = 0; j < g_.size(); ++j)
      if (w_[j] != 0.0) longest = std::min(longest, ((w_[j] > 0.0 ? high(j) : low(j)) - s_[j]) / w_[j]);
    for (std::size_t j = 0; j < g_.size(); ++j) {
      trial_[j] = s_[j] + longest * w_[j];
      // Who set the length ends on the bound, not beside it.
      if (w_[j] != 0.0 && ((w_[j] > 0.0 ? high(j) : low(j)) - s_[j]) / w_[j] <= longest)
        trial_[j] = w_[j] > 0.0 ? high(j) : low(j);
      trial_[j] = inside(j, trial_[j]);
    }
    const double value = evaluate();
    if (!(value < value_)) return false;
    take(value);
    return true;
  }

  BoxModel& model_;
  std::span<const double> g_;
  const BoxedRegion& at_;
  std::span<double> s_;
  Vector Hs_, trial_, Htrial_, w_;
  double value_ = 0.0;
};

}  // namespace

bool leaves_box(const BoxedRegion& region, std::span<const double> step) {
  for (std::size_t j = 0; j < step.size(); ++j)
    if (step[j] < region.lower[j] - region.x[j] || step[j] > region.upper[j] - region.x[j]) return true;
  return false;
}

double minimize_in_box(BoxModel& model, std::span<const double> g, const BoxedRegion& region, std::span<double> step) {
  std::fill(step.begin(), step.end(), 0.0);
  return Search(model, g, region, step).run();
}

}  // namespace thalweg::inline v0_1
