// The elimination tree of a block matrix and what it tells before any row of L is known.
#pragma once

#include <cstdint>
#include <vector>

#include <linear/block_cholesky/ordering.hpp>
#include <thalweg/linear/block_matrix.hpp>

namespace thalweg::inline v0_1::block_cholesky {

/// The graph of A with block columns numbered in an order of elimination: of each the neighbours on both sides.
struct Graph {
  Graph(const BlockPattern& pattern, const Order& order);
  std::vector<std::int64_t> start;
  std::vector<std::int32_t> neighbour;  // not sorted
  std::vector<int> dimension;
  std::int32_t columns() const { return static_cast<std::int32_t>(dimension.size()); }
};

/// Of each column the row of the first block below the diagonal of L (Liu 1986), −1 for a root.
std::vector<std::int32_t> elimination_tree(const Graph& graph);

/// Nodes with children before their parents and subtrees in one piece; children in their order.
std::vector<std::int32_t> postorder(const std::vector<std::int32_t>& parent);

/// Of each block column of L the scalar rows from the diagonal block, included, downwards; columns numbered in a
/// postorder. Row subtrees are counted by their leaves (Gilbert, Ng & Peyton 1994), each row with the scalars that it
/// has.
std::vector<std::int64_t> column_heights(const Graph& graph, const std::vector<std::int32_t>& parent);

}  // namespace thalweg::inline v0_1::block_cholesky
