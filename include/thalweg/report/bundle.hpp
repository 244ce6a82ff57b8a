// What a report says of a bundle adjustment.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thalweg {

/// Distances, in pixels, between where points are seen and where the cameras project them.
struct ReprojectionErrors {
  double root_mean_square = 0.0, mean = 0.0, median = 0.0, percentile_95 = 0.0, largest = 0.0;
};
/// Of at least one distance.
ReprojectionErrors reprojection_errors(std::span<const double> distances);

struct BundleSummary {
  std::int64_t cameras = 0, points = 0, observations = 0;
  ReprojectionErrors before, after;
};

}  // namespace thalweg
