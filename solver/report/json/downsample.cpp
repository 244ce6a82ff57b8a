#include "report/json/downsample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thalweg::inline v0_1 {

std::vector<std::size_t> downsample_evenly(std::size_t n, std::size_t most) {
  const std::size_t count = std::min(n, most);
  std::vector<std::size_t> kept(count);
  const double stride = count > 1 ? static_cast<double>(n - 1) / static_cast<double>(count - 1) : 0.0;
  for (std::size_t i = 0; i < count; ++i)
    kept[i] = static_cast<std::size_t>(std::lround(stride * static_cast<double>(i)));
  return kept;
}

std::vector<std::size_t> downsample(std::size_t n, std::size_t most) {
  if (n <= most) return downsample_evenly(n, n);
  std::vector<std::size_t> kept = downsample_evenly(n, most - most / 2);
  const double growth = std::log(static_cast<double>(n - 1)) / static_cast<double>(most / 2);
  for (std::size_t i = 0; i < most / 2; ++i)
    kept.push_back(static_cast<std::size_t>(std::lround(std::exp(growth * static_cast<double>(i)))));
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

std::vector<std::size_t> downsample_rows(std::size_t n, const std::vector<double>& residual, std::size_t most) {
  if (n <= most) return downsample_evenly(n, n);
  constexpr std::size_t most_largest = 50;
  std::vector<std::size_t> largest(residual.size());
  std::iota(largest.begin(), largest.end(), std::size_t{0});
  const std::size_t count = std::min(most_largest, largest.size());
  const auto magnitude = [&](std::size_t i) { return std::isfinite(residual[i]) ? std::abs(residual[i]) : 0.0; };
  std::partial_sort(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(count), largest.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double u = magnitude(a), v = magnitude(b);
                      return u != v ? u > v : a < b;
                    });
  largest.resize(count);
  std::vector<std::size_t> rows = downsample_evenly(n, most - count);
  rows.insert(rows.end(), largest.begin(), largest.end());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace thalweg::inline v0_1
