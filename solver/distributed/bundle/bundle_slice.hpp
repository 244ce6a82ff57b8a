// A file of BAL read by several processes, a slice of its numbers each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1 {

/// What one process has read: observations that follow each other in the file, and some of the numbers of cameras and
/// points, wherever their blocks begin.
struct BundleSlice {
  std::int64_t cameras = 0, points = 0, observations = 0;  ///< of the whole file
  std::int64_t first_observation = 0;                      ///< number in the file of the first one here
  std::vector<std::int32_t> camera_of, point_of;           ///< by the numbers of the file
  std::vector<double> u, v;
  std::int64_t first_camera_number = 0, first_point_number = 0;  ///< 9 a camera, 3 a point
  std::vector<double> camera_numbers, point_numbers;
};

/// A slice of equal size for each process. Plain text is cut by bytes: each process counts the words of its slice, and
/// so knows what its first word is. A compressed file is read from its beginning by each, which keeps a slice. Throws
/// CollectiveError with the message of the reader, and where the processes have different files. Collective.
BundleSlice read_bundle_slice(const Communicator& communicator, const std::string& path);

}  // namespace thalweg::inline v0_1
