// The pattern of a symmetric matrix that is made of dense blocks: what sparse factorisations are analysed from.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1 {

/// The pattern of a symmetric block matrix, lower triangle by block columns (compressed columns, one entry per block).
/// Block row and block column b have dimension[b] scalar rows and columns. The block at place k of column c, that is
/// column_start[c] ≤ k < column_start[c + 1], is dimension[row[k]] × dimension[c].
struct BlockPattern {
  std::vector<int> dimension;              // of each block row and column, > 0
  std::vector<std::int64_t> column_start;  // one more than there are block columns; the first is 0
  std::vector<std::int32_t> row;           // of each block; in each column ascending, the diagonal block first

  std::int64_t blocks() const { return static_cast<std::int64_t>(row.size()); }
  std::int32_t block_columns() const { return static_cast<std::int32_t>(dimension.size()); }
  /// Order of the matrix in scalars.
  std::int64_t order() const;
  /// Scalars of the lower triangle; of a diagonal block only its own lower triangle counts.
  std::int64_t entries() const;
  /// The first scalar row of each block row, then order().
  std::vector<std::int64_t> offsets() const;
  /// The place of the block in the lower triangle that couples the two, whichever order they are named in; −1: none.
  std::int64_t find(std::int32_t a, std::int32_t b) const;

  /// Throws Error where the members contradict each other or what is said above.
  void validate() const;
};

/// The pattern with a block wherever a pair says so. A pair may name the two block rows in either order and any number
/// of times; diagonal blocks are always there. Throws Error for a dimension that is not positive and for a pair outside
/// the matrix.
BlockPattern block_pattern(std::vector<int> dimension, std::span<const std::pair<std::int32_t, std::int32_t>> pairs);

}  // namespace thalweg::inline v0_1
