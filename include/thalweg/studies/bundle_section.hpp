// What a report says of a bundle adjustment.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <thalweg/models/bundle.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/report/section.hpp>

namespace thalweg::inline v0_1 {

/// Distances, in pixels, between where points are seen and where the cameras project them.
struct ReprojectionErrors {
  double root_mean_square = 0.0, mean = 0.0, median = 0.0, percentile_95 = 0.0, largest = 0.0;
};
/// Of at least one distance. Where some are not finite, median and percentile are those of the others, the rest is
/// unset.
ReprojectionErrors reprojection_errors(std::span<const double> distances);

/// Of each observation at x; the first group of the problem is that of the observations.
std::vector<double> reprojection_distances(const Problem& problem, const std::vector<double>& x);

/// What is drawn of a bundle adjustment.
struct BundlePicture {
  BundleView start, solution;         ///< both seen from above the solution
  std::vector<double> before, after;  ///< distances in pixels of each observation
  std::vector<std::int32_t> camera_of, point_of;
};

struct BundleSummary {
  std::int64_t cameras = 0, points = 0, observations = 0;
  ReprojectionErrors before, after;
  std::optional<BundlePicture> picture;  ///< for the page; when one is asked for
};

Section section_of(const BundleSummary& bundle);

}  // namespace thalweg::inline v0_1
