// Fill-reducing orders of the block columns.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/linear/block_matrix.hpp>

namespace thalweg::inline v0_1::block_cholesky {

/// Block columns in the order of their elimination. They see the graph of blocks, not the sizes of these.
using Order = std::vector<std::int32_t>;

/// Approximate minimum degree (Amestoy, Davis & Duff 1996), by AMD of SuiteSparse. Empty: out of memory.
Order order_amd(const BlockPattern& pattern);
/// Nested dissection (Karypis & Kumar 1998), by METIS through CHOLMOD. Empty: out of memory. Throws Error in a build
/// without CHOLMOD.
Order order_metis(const BlockPattern& pattern);
Order order_natural(const BlockPattern& pattern);

}  // namespace thalweg::inline v0_1::block_cholesky
