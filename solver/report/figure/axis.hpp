// From values to places along an axis, and the ticks of the axis. Private to the floor.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace thalweg::inline v0_1::figure {

struct Tick {
  double value = 0.0;
  std::string label;  ///< empty: a short tick without one
};

class Axis {
 public:
  /// Over the finite values, with some air, logarithmic where that is asked for and any are positive.
  Axis(std::span<const double> values, bool logarithmic);

  /// Whether a logarithmic axis suits the values: all are positive, and they span three decades or more.
  static bool suits_logarithm(std::span<const double> values);

  /// Where the axis lies: its lowest value at `from`, its highest at `to`.
  void place(double from, double to);
  /// NaN of a value that a logarithmic axis does not have.
  double at(double value) const;
  /// About so many ticks with labels, each at a round number.
  std::vector<Tick> ticks(int about) const;
  bool is_logarithmic() const { return logarithmic_; }
  double lowest() const;

 private:
  std::vector<Tick> linear_ticks(int about) const;
  std::vector<Tick> logarithmic_ticks(int about) const;

  bool logarithmic_ = false;
  double low_ = 0.0, high_ = 1.0;  // of log₁₀ on a logarithmic axis
  double from_ = 0.0, to_ = 1.0;
};

}  // namespace thalweg::inline v0_1::figure
