// The slices of a bundle that processes have read, dealt out as parts.
#pragma once

#include <string>
#include <vector>

#include <distributed/bundle/bundle_slice.hpp>
#include <thalweg/distributed/bundle_part.hpp>

namespace thalweg::inline v0_1 {

/// Cuts a bundle into `pieces` parts, at least as many as processes; this process' are those of even_slices(pieces,
/// processes). `path`: the file's name. Throws CollectiveError for more pieces than points with observations.
/// Collective.
std::vector<BundlePart> deal(const Communicator& communicator, BundleSlice slice, const std::string& path, int pieces);

/// Numbers `first`, `first` + 1, ... of blocks of `size`, to the processes at home of the blocks; the numbers of the
/// blocks that are at home here. Collective.
std::vector<double> to_homes(const Communicator& communicator, std::int64_t first, const std::vector<double>& numbers,
                             std::int64_t size, const std::vector<std::int64_t>& homes);

}  // namespace thalweg::inline v0_1
