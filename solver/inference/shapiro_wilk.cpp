#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

#include <thalweg/inference/residual_tests.hpp>
#include <thalweg/math/special.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::size_t fewest = 3, most = 5000;
constexpr double no_range = 1e-19;  // of the largest size

/// c₀ + c₁ x + c₂ x² + ...
double polynomial(std::initializer_list<double> c, double x) {
  double value = 0.0;
  for (auto each = std::rbegin(c); each != std::rend(c); ++each) value = value * x + *each;
  return value;
}

double normal_upper_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

/// The weights a of the upper half of n ordered values, the largest first; the lower half has them negative (Royston
/// 1992, Stat. Comput. 2, 117, eq. 4 to 8; m are Blom's normal scores).
std::vector<double> weights(std::size_t n) {
  const std::size_t half = n / 2;
  if (n == 3) return {std::numbers::sqrt2 / 2.0};
  const auto count = static_cast<double>(n);
  std::vector<double> m(half);
  double squares = 0.0;
  for (std::size_t i = 0; i < half; ++i) {
    m[i] = -normal_quantile((static_cast<double>(i) + 1.0 - 0.375) / (count + 0.25));
    squares += 2.0 * m[i] * m[i];
  }
  const double u = 1.0 / std::sqrt(count), length = std::sqrt(squares);
  std::vector<double> a(half);
  a[0] = m[0] / length + polynomial({0.0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056}, u);
  std::size_t next = 1;
  double left = squares - 2.0 * m[0] * m[0], missing = 1.0 - 2.0 * a[0] * a[0];
  if (n > 5) {
    a[1] = m[1] / length + polynomial({0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633}, u);
    left -= 2.0 * m[1] * m[1];
    missing -= 2.0 * a[1] * a[1];
    next = 2;
  }
  const double scale = std::sqrt(missing / left);
  for (std::size_t i = next; i < half; ++i) a[i] = m[i] * scale;
  return a;
}

/// Royston 1995: ln(1 − W), transformed for few values, is normal with moments that are polynomials of n or ln n.
double probability(double w, std::size_t n) {
  const auto count = static_cast<double>(n);
  if (n == 3) {
    const double at_least = std::asin(std::sqrt(0.75));
    return std::clamp(6.0 / std::numbers::pi * (std::asin(std::sqrt(w)) - at_least), 0.0, 1.0);
  }
  double y = std::log1p(-w);
  if (n <= 11) {
    const double gamma = polynomial({-2.273, 0.459}, count);
    if (y >= gamma) return 1e-99;
    y = -std::log(gamma - y);
    const double mean = polynomial({0.5440, -0.39978, 0.025054, -0.0006714}, count);
    const double deviation = std::exp(polynomial({1.3822, -0.77857, 0.062767, -0.0020322}, count));
    return normal_upper_tail((y - mean) / deviation);
  }
  const double x = std::log(count);
  const double mean = polynomial({-1.5861, -0.31082, -0.083751, 0.0038915}, x);
  const double deviation = std::exp(polynomial({-0.4803, -0.082676, 0.0030302}, x));
  return normal_upper_tail((y - mean) / deviation);
}

}  // namespace

std::optional<ShapiroWilk> shapiro_wilk(std::vector<double> values) {
  const std::size_t n = values.size();
  if (n < fewest || n > most) return std::nullopt;
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double range = values.back() - values.front();
  const double size = std::max(std::abs(values.front()), std::abs(values.back()));
  if (!(range > no_range * size) || !std::isfinite(range)) return std::nullopt;
  double mean = 0.0;
  for (double& v : values) mean += (v /= range) / static_cast<double>(n);
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const std::vector<double> a = weights(n);
  double slope = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) slope += a[i] * (values[n - 1 - i] - values[i]);
  // The weights have length 1 but for rounding.
  const double w = std::min(1.0, slope * slope / squares);
  return ShapiroWilk{w, w < 1.0 ? probability(w, n) : 1.0};
}

}  // namespace thalweg::inline v0_1
