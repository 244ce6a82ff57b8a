// A symmetric pattern of blocks as CHOLMOD and the orderings see it.
#pragma once

#include <vector>

#include <linear/cholmod_objects.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

namespace thalweg::inline v0_1::cholmod {

/// One entry per block: what orderings see.
Columns block_graph(const BlockPattern& pattern);
/// The lower triangle in scalars, in the order of the blocks.
Columns scalar_pattern(const BlockPattern& pattern);
/// The scalars of each block in turn, given the order of the blocks.
std::vector<Index> expand(const std::vector<Index>& blocks, const BlockPattern& pattern);

}  // namespace thalweg::inline v0_1::cholmod
