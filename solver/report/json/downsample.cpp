#include "report/json/downsample.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace thalweg::inline v0_1
