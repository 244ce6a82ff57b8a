// Which rows L has, in supernodes.
#pragma once

#include <cstdint>
#include <vector>

#include <linear/block_cholesky/ordering.hpp>
#include <thalweg/linear/block_matrix.hpp>

namespace thalweg::inline v0_1::block_cholesky {

/// Supernodes of L, numbered in a postorder of their tree. Blocks are numbered in the order of elimination.
struct Symbolic {
  Order order;                      ///< the block of A that is eliminated k-th
  std::vector<std::int32_t> place;  ///< when each block of A is eliminated
  std::vector<int> dimension;       ///< of the k-th
  std::vector<std::int64_t> first;  ///< its first scalar, then the order of A

  std::vector<std::int32_t> column;     ///< supernode s has block columns [column[s], column[s + 1])
  std::vector<std::int64_t> row_start;  ///< and below them block rows row[row_start[s] … row_start[s + 1]), ascending
  std::vector<std::int32_t> row;
  std::vector<std::int32_t> parent;         ///< −1 for a root
  std::vector<std::int64_t> child_start;    ///< supernodes + 1
  std::vector<std::int32_t> child;          ///< ascending
  std::vector<std::int64_t> width, height;  ///< scalar columns, scalar rows below them

  std::int64_t factor_nonzeros = 0;  ///< of L itself, without what merging supernodes adds
  double flops = 0.0;                ///< Σ over its columns of (nonzeros)²

  std::int32_t supernodes() const { return static_cast<std::int32_t>(parent.size()); }
};

Symbolic analyze(const BlockPattern& pattern, const Order& order);
/// Only the flops of an order.
double flops_of(const BlockPattern& pattern, const Order& order);

}  // namespace thalweg::inline v0_1::block_cholesky
