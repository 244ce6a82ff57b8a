#include <thalweg/report/bundle.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg {

ReprojectionErrors reprojection_errors(std::span<const double> distances) {
  ReprojectionErrors e;
  std::vector<double> sorted(distances.begin(), distances.end());
  const auto quantile = [&](double q) {
    const auto k = static_cast<std::ptrdiff_t>(q * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + k, sorted.end());
    return sorted[static_cast<std::size_t>(k)];
  };
  double squares = 0.0, sum = 0.0;
  for (const double d : distances) {
    squares += d * d;
    sum += d;
    e.largest = std::max(e.largest, d);
  }
  const auto n = static_cast<double>(distances.size());
  e.root_mean_square = std::sqrt(squares / n);
  e.mean = sum / n;
  e.median = quantile(0.5);
  e.percentile_95 = quantile(0.95);
  return e;
}

}  // namespace thalweg
