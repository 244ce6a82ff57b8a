#include <thalweg/report/bundle.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {

ReprojectionErrors reprojection_errors(std::span<const double> distances) {
  ReprojectionErrors e;
  double squares = 0.0, sum = 0.0;
  std::vector<double> sorted;
  sorted.reserve(distances.size());
  for (const double d : distances) {
    squares += d * d;
    sum += d;
    if (std::isfinite(d)) sorted.push_back(d);
  }
  constexpr double unset = std::numeric_limits<double>::quiet_NaN();
  const auto quantile = [&](double q) {
    if (sorted.empty()) return unset;
    const auto k = static_cast<std::ptrdiff_t>(q * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + k, sorted.end());
    return sorted[static_cast<std::size_t>(k)];
  };
  const auto n = static_cast<double>(distances.size());
  e.root_mean_square = std::sqrt(squares / n);
  e.mean = sum / n;
  e.median = quantile(0.5);
  e.percentile_95 = quantile(0.95);
  e.largest = sorted.size() == distances.size() ? *std::max_element(sorted.begin(), sorted.end()) : unset;
  return e;
}

}  // namespace thalweg
