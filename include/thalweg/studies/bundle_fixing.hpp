// What --fix of a bundle adjustment names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thalweg::inline v0_1 {

/// Numbers of cameras, or of points, that stay where they start.
struct BundleFixing {
  bool of_points = false;
  std::int32_t first = 0, last = 0;       ///< cameras or points, as the file numbers them
  int first_number = 0, last_number = 0;  ///< of a camera's nine numbers, of a point's three
};
/// "focal", "cameras:3", "points:0-9" and so on, in a bundle of so many cameras and points. Throws Error for what is
/// not there, and where nothing is named.
std::vector<BundleFixing> bundle_fixing(const std::vector<std::string>& names, std::int64_t cameras,
                                        std::int64_t points);

}  // namespace thalweg::inline v0_1
