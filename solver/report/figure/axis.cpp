#include "report/figure/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace thalweg::inline v0_1::figure {
namespace {

constexpr double air = 0.04;  // of the extent, on either side
constexpr double decades_for_logarithm = 3.0;
constexpr double furthest = 1e300;               // an end of an axis, so that its extent is a number
constexpr int most_plain = 5, least_plain = -4;  // decimal exponents of numbers that are written without one

std::string superscript(int exponent) {
  constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out = exponent < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(exponent))) out += digits[c - '0'];
  return out;
}

/// With a minus sign of the width of a digit.
std::string with_minus(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

int exponent_of(double v) { return static_cast<int>(std::floor(std::log10(std::abs(v)) + 1e-9)); }

/// 1, 2 or 5 times a power of ten, the smallest that is not below.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least * (1.0 - 1e-9)) return factor * power;
  return 10.0 * power;
}

}  // namespace

Axis::Axis(std::span<const double> values, bool logarithmic) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double low = infinity, high = -infinity;
  for (const double v : values) {
    if (!std::isfinite(v) || (logarithmic && v <= 0.0)) continue;
    low = std::min(low, std::max(v, -furthest));
    high = std::max(high, std::min(v, furthest));
  }
  logarithmic_ = logarithmic && low <= high;
  if (low > high) return;
  if (logarithmic_) {
    low = std::log10(low);
    high = std::log10(high);
  }
  const double extent = high - low, size = std::max(std::abs(low), std::abs(high));
  // An extent that is rounding is none.
  const double more = extent > 1e-12 * size ? air * extent : size > 0.0 ? 0.5 * size : 1.0;
  low_ = low - more;
  high_ = high + more;
}

bool Axis::suits_logarithm(std::span<const double> values) {
  double low = std::numeric_limits<double>::infinity(), high = 0.0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  return low > 0.0 && std::isfinite(low) && std::log10(high / low) >= decades_for_logarithm;
}

void Axis::place(double from, double to) {
  from_ = from;
  to_ = to;
}

double Axis::at(double value) const {
  if (logarithmic_) value = value > 0.0 ? std::log10(value) : std::numeric_limits<double>::quiet_NaN();
  return from_ + (value - low_) / (high_ - low_) * (to_ - from_);
}

double Axis::lowest() const { return logarithmic_ ? std::pow(10.0, low_) : low_; }

std::vector<Tick> Axis::ticks(int about) const { return logarithmic_ ? logarithmic_ticks(about) : linear_ticks(about); }

std::vector<Tick> Axis::linear_ticks(int about) const {
  const double step = round_step((high_ - low_) / std::max(2, about));
  const double first = std::ceil(low_ / step - 1e-9), last = std::floor(high_ / step + 1e-9);
  const double largest = std::max(std::abs(first), std::abs(last)) * step;
  const int top = exponent_of(largest), place = exponent_of(step);
  const bool plain = top <= most_plain && place >= least_plain;
  std::vector<Tick> ticks;
  for (double i = first; i <= last; ++i) {
    const double value = i * step + 0.0;  // no −0
    std::string label = "0";
    if (plain)
      label = fmt::format("{:.{}f}", value, std::max(0, -place));
    else if (i != 0.0)
      label = fmt::format("{:.{}f}×10{}", value / std::pow(10.0, top), std::max(0, top - place), superscript(top));
    ticks.push_back({value, with_minus(label)});
  }
  return ticks;
}

std::vector<Tick> Axis::logarithmic_ticks(int about) const {
  const int first = static_cast<int>(std::floor(low_)), last = static_cast<int>(std::ceil(high_));
  const int decades = static_cast<int>(std::floor(high_) - std::ceil(low_)) + 1;
  const int stride = std::max(1, (decades + about - 1) / about);
  const bool plain = first >= -3 && last <= 4;
  std::vector<Tick> ticks;
  for (int e = first; e <= last; ++e)
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10.0, e), place = std::log10(value);
      if (place < low_ - 1e-9 || place > high_ + 1e-9) continue;
      const bool labelled = (digit == 1 && e % stride == 0) || (decades < 2 && (digit == 2 || digit == 5));
      if (!labelled && stride > 1 && digit > 1) continue;
      std::string label;
      if (labelled && plain)
        label = fmt::format("{:.{}f}", value, std::max(0, -e));
      else if (labelled)
        label = (digit == 1 ? "" : fmt::format("{}×", digit)) + "10" + superscript(e);
      ticks.push_back({value, std::move(label)});
    }
  return ticks;
}

}  // namespace thalweg::inline v0_1::figure
