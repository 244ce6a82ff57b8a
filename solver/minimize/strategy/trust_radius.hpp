// The radius of a trust region, and how gain ratios move it.
#pragma once

#include <algorithm>

namespace thalweg::inline v0_1 {

/// Nocedal & Wright 2006, algorithm 4.1: the one rule of all methods with a radius, each with its own factors.
class TrustRadius {
 public:
  /// A good step makes the radius at least `growth` times the step's length; a refused one makes it `shrinkage` times.
  TrustRadius(double growth, double shrinkage) : growth_(growth), shrinkage_(shrinkage) {}

  void start(double radius) { radius_ = radius; }
  double value() const { return radius_; }
  /// A step of this length and gain ratio was taken.
  void accepted(double gain, double length) {
    if (gain < poor)
      radius_ = 0.5 * std::min(radius_, length);
    else if (gain > good)
      radius_ = std::max(radius_, growth_ * length);
  }
  /// A step was refused; its length is 0 or NaN where there was none.
  void rejected(double length) { radius_ = shrinkage_ * (length > 0.0 ? std::min(radius_, length) : radius_); }

 private:
  static constexpr double poor = 0.25, good = 0.75;
  double growth_, shrinkage_;
  double radius_ = 0.0;
};

}  // namespace thalweg::inline v0_1
