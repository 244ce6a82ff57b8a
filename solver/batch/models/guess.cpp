#include "batch/models/guess.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thalweg::inline v0_1::batch {
namespace {

/// a + b u by least squares with weights.
struct Line {
  double n = 0.0, u = 0.0, v = 0.0, uu = 0.0, uv = 0.0;
  void add(double weight, double at, double value) {
    n += weight;
    u += weight * at;
    v += weight * value;
    uu += weight * at * at;
    uv += weight * at * value;
  }
  double slope() const { return (n * uv - u * v) / (n * uu - u * u); }
  double intercept() const { return (v - slope() * u) / n; }
};

}  // namespace

PeakGuess guess_peak(std::span<const double* const> x, std::span<const double> y) {
  PeakGuess result;
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
  const bool upwards = *high - mean >= mean - *low;
  const std::size_t top = static_cast<std::size_t>((upwards ? high : low) - y.begin());
  result.level = upwards ? *low : *high;
  result.height = y[top] - result.level;
  const std::size_t n = std::min<std::size_t>(x.size(), 2);
  const double half = 0.5 * std::abs(result.height);
  double sum[2] = {0.0, 0.0}, squares[2] = {0.0, 0.0}, product = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (std::abs(y[i] - result.level) < half) continue;
    ++result.points;
    double from_top[2] = {0.0, 0.0};
    for (std::size_t k = 0; k < n; ++k) {
      from_top[k] = x[k][i] - x[k][top];
      sum[k] += from_top[k];
      squares[k] += from_top[k] * from_top[k];
    }
    product += from_top[0] * from_top[1];
  }
  const double count = std::max(1, result.points);
  for (std::size_t k = 0; k < n; ++k) {
    const auto [least, most] = std::minmax_element(x[k], x[k] + y.size());
    result.range[k] = *most - *least;
    result.mean[k] = x[k][top] + sum[k] / count;
    result.variance[k] = squares[k] / count - sum[k] / count * (sum[k] / count);
  }
  result.covariance = product / count - sum[0] / count * (sum[1] / count);
  return result;
}

void guess_exponential(std::span<const double> x, std::span<const double> y, double& amplitude, double& rate) {
  const double sign = std::accumulate(y.begin(), y.end(), 0.0) < 0.0 ? -1.0 : 1.0;
  Line line;
  int used = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!(sign * y[i] > 0.0)) continue;
    line.add(y[i] * y[i], x[i], std::log(sign * y[i]));
    ++used;
  }
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  rate = -line.slope();
  if (used < 2 || !std::isfinite(rate)) rate = *most > *least ? 1.0 / (*most - *least) : 1.0;
  amplitude = sign * std::exp((line.v + rate * line.u) / line.n);
  if (used == 0 || !std::isfinite(amplitude)) amplitude = sign;
}

// y = c + a e^(−bx) fulfils y − y₀ = −b S + b c (x − x₀), S the integral of y from x₀.
void guess_decay(std::span<const double> x, std::span<const double> y, double& amplitude, double& rate,
                 double& offset) {
  std::vector<std::size_t> order(y.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  const double x0 = x[order.front()], y0 = y[order.front()], range = x[order.back()] - x0;
  double integral = 0.0, ss = 0.0, st = 0.0, tt = 0.0, sv = 0.0, tv = 0.0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::size_t now = order[i], before = order[i - 1];
    integral += 0.5 * (y[now] + y[before] - 2.0 * y0) * (x[now] - x[before]);
    const double t = x[now] - x0, v = y[now] - y0;
    ss += integral * integral;
    st += integral * t;
    tt += t * t;
    sv += integral * v;
    tv += t * v;
  }
  rate = -(sv * tt - tv * st) / (ss * tt - st * st);
  if (!std::isfinite(rate) || std::abs(rate) * range > 300.0 || std::abs(rate) * range < 1e-3) rate = 1.0 / range;
  if (!std::isfinite(rate)) rate = 1.0;
  Line line;
  for (std::size_t i = 0; i < y.size(); ++i) line.add(1.0, std::exp(-rate * (x[i] - x0)), y[i]);
  offset = line.intercept();
  amplitude = line.slope() * std::exp(rate * x0);
  // Data above zero have a level above zero: counts need it.
  if (const double least = *std::min_element(y.begin(), y.end()); least > 0.0) offset = std::max(offset, 0.5 * least);
  if (std::isfinite(offset) && std::isfinite(amplitude)) return;
  offset = line.v / line.n;
  amplitude = 1.0;
}

}  // namespace thalweg::inline v0_1::batch
