#include <problem/ridders.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

constexpr double shrink = 1.4;  // from row to row
constexpr int rows = 10;
constexpr double rounding = 2.0 * std::numeric_limits<double>::epsilon();  // of a residual, relative
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double settled = 1e-9;  // relative error that needs no more rows

/// Neville's scheme for quotients q(h) = r′ + a₁ h^power + a₂ h^(2 power) + ..., h → 0.
class Tableau {
 public:
  explicit Tableau(int power) : power_(power) {}

  void add(double h, double quotient, double noise) {
    const int i = count_++;
    h_[static_cast<std::size_t>(i)] = h;
    std::array<double, rows> row{};
    row[0] = quotient;
    for (int j = 1; j <= i; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double ratio = std::pow(h_[static_cast<std::size_t>(i - j)] / h, power_);
      row[at] = row[at - 1] + (row[at - 1] - last_[at - 1]) / (ratio - 1.0);
      const double error = std::max({std::abs(row[at] - row[at - 1]), std::abs(row[at] - last_[at - 1]), noise});
      if (!(error < best_.error)) continue;
      best_ = {row[at], error};
      certain_ = error <= noise || error <= settled * std::abs(row[at]);
    }
    last_ = row;
  }
  const DifferenceEstimate& best() const { return best_; }
  bool certain() const { return certain_; }

 private:
  int power_, count_ = 0;
  std::array<double, rows> h_{}, last_{};
  DifferenceEstimate best_;
  bool certain_ = false;
};

/// The three limits of one component: equal where the function is differentiable.
struct Limits {
  Tableau central{2}, forward{1}, backward{1};
};

class Differences {
 public:
  explicit Differences(const Curve& curve)
      : curve_(curve),
        center_(size()),
        plus_(size()),
        minus_(size()),
        quantum_(size(), infinite),
        magnitude_(curve.magnitude) {
    magnitude_.resize(size());
    curve_.evaluate(curve_.at, center_.data());
    const bool inside = curve_.lower <= curve_.at && curve_.at <= curve_.upper;
    above_ = inside ? curve_.upper - curve_.at : infinite;
    below_ = inside ? curve_.at - curve_.lower : infinite;
    // So close to a bound that steps to both sides say nothing, or on it: to one side.
    const double reach = 1e-3 * std::min(std::max(above_, below_), curve_.at != 0.0 ? std::abs(curve_.at) : 1.0);
    if (above_ < reach) above_ = 0.0;
    if (below_ < reach) below_ = 0.0;
  }

  std::size_t size() const { return static_cast<std::size_t>(curve_.dimension); }
  bool two_sided() const { return above_ > 0.0 && below_ > 0.0; }

  /// The limits from steps first, first / 1.4, ...; `eager` ends when all are certain.
  std::vector<Limits> limits(double first, bool eager) {
    std::vector<Limits> result(size());
    first = std::min(first, two_sided() ? std::min(above_, below_) : std::max(above_, below_));
    for (int tries = 0; tries < 30 && first > 0.0 && !probe(first); ++tries) first /= 4.0;
    for (int i = 0; i < rows; ++i, first /= shrink) {
      if (!(first > 0.0) || !probe(first)) return result;
      bool certain = eager;
      for (std::size_t k = 0; k < size(); ++k) certain = add(k, result[k]) && certain;
      if (certain) break;
    }
    return result;
  }

  /// The limit that the bounds allow.
  const DifferenceEstimate& main(const Limits& l) const {
    return two_sided() ? l.central.best() : above_ > 0.0 ? l.forward.best() : l.backward.best();
  }

 private:
  /// Evaluates at the distance h, or at what it rounds to. False: not where the function is finite, or no distance.
  bool probe(double h) {
    const double up = curve_.at + h, down = curve_.at - h;
    h_up_ = up - curve_.at;
    h_down_ = curve_.at - down;
    if (h_up_ == 0.0 || h_down_ == 0.0) return false;
    if (above_ > 0.0) curve_.evaluate(up, plus_.data());
    if (below_ > 0.0) curve_.evaluate(down, minus_.data());
    for (std::size_t k = 0; k < size(); ++k) {
      if (!std::isfinite(center_[k])) continue;
      if (above_ > 0.0 && !std::isfinite(plus_[k])) return false;
      if (below_ > 0.0 && !std::isfinite(minus_[k])) return false;
    }
    return true;
  }

  /// Whether the main limit is certain.
  bool add(std::size_t k, Limits& to) {
    const double r = center_[k];
    if (!std::isfinite(r)) return true;
    const double up = above_ > 0.0 ? plus_[k] - r : 0.0, down = below_ > 0.0 ? r - minus_[k] : 0.0;
    for (const double change : {std::abs(up), std::abs(down)})
      if (change > 0.0) quantum_[k] = std::min(quantum_[k], change);
    // Where nothing changes any more, the change may have been rounded away.
    const auto noise = [&](double largest, bool flat, double h) {
      return std::max(rounding * std::max(largest, magnitude_[k]), flat && quantum_[k] < infinite ? quantum_[k] : 0.0) /
             h;
    };
    const double above = std::max(std::abs(plus_[k]), std::abs(r)), below = std::max(std::abs(minus_[k]), std::abs(r));
    if (above_ > 0.0) to.forward.add(h_up_, up / h_up_, noise(above, up == 0.0, h_up_));
    if (below_ > 0.0) to.backward.add(h_down_, down / h_down_, noise(below, down == 0.0, h_down_));
    if (!two_sided()) return above_ > 0.0 ? to.forward.certain() : to.backward.certain();
    const double width = h_up_ + h_down_;
    to.central.add(0.5 * width, (plus_[k] - minus_[k]) / width,
                   noise(std::max(above, below), up == 0.0 && down == 0.0, width));
    return to.central.certain();
  }

  const Curve& curve_;
  std::vector<double> center_, plus_, minus_;
  std::vector<double> quantum_;  // the smallest change seen of each component
  std::vector<double> magnitude_;
  double above_, below_;  // how far the function may be evaluated; 0: not to that side
  double h_up_ = 0.0, h_down_ = 0.0;
};

void worsen(DifferenceEstimate& estimate, const DifferenceEstimate& other) {
  const double apart = std::abs(other.derivative - estimate.derivative);
  if (!std::isnan(apart)) estimate.error = std::max(estimate.error, apart);
}

std::vector<double> first_steps(double p) {
  std::vector<double> steps;
  for (double h = 0.1; h > 1e-12; h *= 0.01) {
    steps.push_back(h);
    if (p != 0.0) steps.push_back(h * std::abs(p));
  }
  std::sort(steps.rbegin(), steps.rend());  // the smallest change that is not rounded away is met before flatness
  return steps;
}

}  // namespace

std::vector<DifferenceEstimate> differentiate_quickly(const Curve& curve) {
  Differences differences(curve);
  std::vector<DifferenceEstimate> result;
  for (const Limits& l : differences.limits(curve.at != 0.0 ? 0.1 * std::abs(curve.at) : 0.1, true))
    result.push_back(differences.main(l));
  return result;
}

std::vector<DifferenceEstimate> differentiate_carefully(const Curve& curve) {
  Differences differences(curve);
  struct Scale {
    double step;
    std::vector<DifferenceEstimate> estimates;
    bool confirmed = false;
  };
  std::vector<Scale> scales;
  for (const double h : first_steps(curve.at)) {
    scales.push_back({h, {}});
    for (const Limits& l : differences.limits(h, false)) {
      DifferenceEstimate estimate = differences.main(l);
      if (differences.two_sided()) {
        worsen(estimate, l.forward.best());
        worsen(estimate, l.backward.best());
      }
      scales.back().estimates.push_back(estimate);
    }
  }
  const auto confirm = [&](Scale& scale) {
    for (const double nearby : {0.79, 0.89, 1.12, 1.26}) {
      const std::vector<Limits> limits = differences.limits(nearby * scale.step, false);
      for (std::size_t k = 0; k < limits.size(); ++k) worsen(scale.estimates[k], differences.main(limits[k]));
    }
    scale.confirmed = true;
  };
  std::vector<DifferenceEstimate> result;
  for (std::size_t k = 0; k < differences.size(); ++k) {
    const auto by_error = [k](const Scale& a, const Scale& b) { return a.estimates[k].error < b.estimates[k].error; };
    auto best = std::ranges::min_element(scales, by_error);
    while (!best->confirmed) {  // one that loses by that makes way for the next
      confirm(*best);
      best = std::ranges::min_element(scales, by_error);
    }
    result.push_back(best->estimates[k]);
  }
  return result;
}

}  // namespace thalweg::inline v0_1
