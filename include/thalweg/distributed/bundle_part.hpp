// Bundle adjustments spread over processes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/distributed/communicator.hpp>
#include <thalweg/distributed/share.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/bundle_terms.hpp>

namespace thalweg::inline v0_1 {

/// What one of several processes holds of a bundle: points that lie near each other, all their observations, and the
/// cameras that see them or that the process owns. A camera is owned by the process with most of its observations.
struct BundlePart {
  Bundle local;                            ///< cameras and points called by their numbers here
  std::vector<std::int64_t> cameras;       ///< of each local camera its number in the file
  std::vector<std::int64_t> shared;        ///< of each local camera its number among the shared blocks, rising
  std::vector<std::int64_t> points;        ///< of each local point its number in the file, rising
  std::vector<std::int64_t> observations;  ///< of each local observation its number in the file, rising
  std::vector<std::int64_t> first_camera;  ///< processes + 1: who owns which of the shared blocks

  // Of the whole.
  std::int64_t camera_count = 0, point_count = 0, observation_count = 0;
};

/// Reads a file of BAL, each process a slice of it, which it hands on to who has the points; or a folder that
/// write_parts() made for as many processes. A compressed file is read from its beginning by every process, which keeps
/// its slice. Points are cut by where they are, halfway between themselves and the middle of the cameras that see them,
/// into boxes of even numbers of observations (recursive coordinate bisection: Berger & Bokhari 1987). The same for the
/// same number of processes. Throws CollectiveError with the message of the reader, for more processes than points with
/// observations, for a folder of another number of processes, and where the processes have different files.
/// Collective; memory of a process: its part, and about 150 bytes an observation of its slice.
BundlePart read_bundle_part(const Communicator& communicator, const std::string& path);

/// What the cut costs: cameras that processes hold beside those that they own, and with how many other processes they
/// share cameras.
struct CutFacts {
  std::int64_t copies = 0, most_copies = 0;  ///< of all parts, of one
  std::int64_t most_neighbours = 0;          ///< of one part
};

/// Cuts a file of BAL into parts for `processes` processes and writes them to a folder, which must not hold another
/// problem: a file "parts", which says of what they are, and a file of binary numbers for each. May be called by any
/// number of processes up to that. Throws CollectiveError. Collective.
CutFacts write_parts(const Communicator& communicator, const std::string& path, int processes,
                     const std::string& folder);
/// Writes the parts, as they are now, to a folder, from which read_bundle_part() reads them. Collective.
void write_parts(const Communicator& communicator, const BundlePart& part, const std::string& folder);
/// Writes the whole as a file of BAL, in the order of the file that it was read from; each process forms the text of a
/// slice, which passes through process 0. Collective.
void write_bal(const Communicator& communicator, const BundlePart& part, const std::string& path);
/// The whole in process 0, in the order of the file; empty elsewhere. Collective.
Bundle whole_of(const Communicator& communicator, const BundlePart& part);
/// Whether a path is such a folder.
bool looks_like_parts(const std::string& path);

/// The part of this process of a bundle that every process has in memory, cut as by read_bundle_part(). Collective.
BundlePart part_of(const Communicator& communicator, const Bundle& whole);

/// A part as a share; cameras are shared. The world is moved() by `by` first. `priors`: those of local_priors(), in the
/// world of the part.
Share share_of(const BundlePart& part, const Loss& loss = {}, const std::array<double, 3>& by = {},
               const BundlePriors& priors = {});

/// The cameras and points that have priors, in their order, in every process; with an observation of each that is
/// observed anywhere. Their numbers in `priors` become those there. Memory: of the priors. Collective.
Bundle with_priors(const Communicator& communicator, const BundlePart& part, BundlePriors& priors);
/// The priors, by `called` or else by number those of the file, of what is here: of cameras that the process owns, and
/// of its points.
BundlePriors local_priors(const Communicator& communicator, const BundlePart& part, const BundlePriors& priors);
/// middle_of() the whole, the same for any number of processes. Collective.
std::array<double, 3> middle_of(const Communicator& communicator, const BundlePart& part);

}  // namespace thalweg::inline v0_1
