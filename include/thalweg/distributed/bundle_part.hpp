// Bundle adjustments spread over processes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/distributed/communicator.hpp>
#include <thalweg/distributed/share.hpp>
#include <thalweg/models/bundle.hpp>

namespace thalweg::inline v0_1 {

/// What one of several processes holds of a bundle: points that follow each other in the file, all their observations,
/// and the cameras that see them or that the process owns.
struct BundlePart {
  Bundle local;                            ///< cameras and points called by their numbers here
  std::vector<std::int64_t> cameras;       ///< of each local camera its number in the file, rising
  std::int64_t first_point = 0;            ///< number in the file of the first local point
  std::vector<std::int64_t> first_camera;  ///< processes + 1: who owns which cameras

  // Of the whole.
  std::int64_t camera_count = 0, point_count = 0, observation_count = 0;
};

/// Reads a file of BAL, each process a slice of it, which it hands on to who has the points; or a folder that
/// write_parts() made for as many processes. A compressed file is read from its beginning by every process, which keeps
/// its slice. Points are cut so that observations are spread evenly. Throws CollectiveError with the message of the
/// reader, for more processes than points with observations, for a folder of another number of processes, and where
/// the processes have different files. Collective; memory of a process: its part, and about 50 bytes an observation of
/// its slice.
BundlePart read_bundle_part(const Communicator& communicator, const std::string& path);

/// Cuts a file of BAL into parts for `processes` processes and writes them to a folder, which must not hold another
/// problem: a file "parts", which says of what they are, and a file of binary numbers for each. May be called by any
/// number of processes up to that. Throws CollectiveError. Collective.
void write_parts(const Communicator& communicator, const std::string& path, int processes, const std::string& folder);
/// Writes the parts, as they are now, to a folder, from which read_bundle_part() reads them. Collective.
void write_parts(const Communicator& communicator, const BundlePart& part, const std::string& folder);
/// Writes the whole as a file of BAL, its observations in the order of the processes; a piece of one process at a time
/// passes through process 0. Collective.
void write_bal(const Communicator& communicator, const BundlePart& part, const std::string& path);
/// Whether a path is such a folder.
bool looks_like_parts(const std::string& path);

/// The part of process `rank` of `processes` of a bundle in memory; begins[p]: the first point of process p.
BundlePart part_of(const Bundle& whole, std::span<const std::int64_t> begins, int rank);
/// Cuts points so that observations are spread evenly: processes + 1 numbers. `observations` of each point. Throws
/// Error where fewer points than processes have any.
std::vector<std::int64_t> cut_points(std::span<const std::int64_t> observations, int processes);

/// A part as a share; cameras are shared. The world is moved() by `by` first.
Share share_of(const BundlePart& part, const Loss& loss = {}, const std::array<double, 3>& by = {});
/// In the midst of all points, roughly: the mean over the processes of middle_of() their points. Collective.
std::array<double, 3> middle_of(const Communicator& communicator, const BundlePart& part);

}  // namespace thalweg::inline v0_1
