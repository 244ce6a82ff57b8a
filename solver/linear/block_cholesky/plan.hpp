// Where every number goes: worked out once, so that the numeric phase only follows lists.
#pragma once

#include <cstdint>
#include <vector>

#include <linear/block_cholesky/symbolic.hpp>
#include <thalweg/linear/block_matrix.hpp>

namespace thalweg::inline v0_1::block_cholesky {

/// Slabs. The rows of a supernode are cut into slabs of one cache line: a slab's numbers are column major, as tall as
/// the slab and as long as the supernode is wide, so that every kernel reads vectors and factors in one stream. The
/// diagonal rows come first, in slabs of their own; rows that only fill up a slab are zero.
inline std::int64_t slabs_of(std::int64_t rows, int slab) { return (rows + slab - 1) / slab; }

/// An update matrix: the lower triangle, column major, in groups of H columns that begin at their diagonal.
template <int H>
struct UpdateShape {
  std::int64_t rows;  ///< whole slabs
  std::int64_t stride(std::int64_t column) const { return rows - column / H * H; }
  /// Where row 0 of a column would be; rows above the group's diagonal are not there.
  std::int64_t column(std::int64_t c) const {
    const std::int64_t group = c / H, before = H * (group * rows - H * (group * (group - 1) / 2));
    return before + (c - group * H) * stride(c) - group * H;
  }
};
/// The numbers of one, of so many rows before they are filled up to whole slabs.
inline std::int64_t update_size(std::int64_t rows, int slab) {
  const std::int64_t groups = slabs_of(rows, slab);
  return groups * (groups + 1) / 2 * slab * slab;
}

struct Plan {
  /// `slab`: rows of a slab. `threads`: how many may factor at once.
  Plan(const Symbolic& symbolic, const BlockPattern& pattern, int slab, int threads);

  int slab;

  /// A is stored by blocks, in the order in which supernodes read them, each column major in the order of elimination:
  /// blocks whose row is eliminated before their column are stored transposed.
  std::vector<std::int64_t> block;  ///< of each block of the pattern, where it begins
  std::vector<std::int32_t> row_step, column_step;
  std::int64_t values = 0;
  /// How a block enters its supernode's panel.
  struct Entry {
    std::int64_t values;
    std::int32_t rows, columns;       ///< as stored
    std::int32_t slab, lane, column;  ///< of its first number in the panel
    std::int32_t diagonal;
  };
  std::vector<std::int64_t> entry_start;  ///< supernodes + 1
  std::vector<Entry> entries;

  std::vector<std::int64_t> panel;          ///< of each supernode, then the end; in numbers
  std::vector<std::int64_t> inverse_start;  ///< first scalar column of each supernode, then the end

  /// Scalar rows below the supernodes, in the order of elimination.
  std::vector<std::int64_t> row_start;
  std::vector<std::int32_t> scalar_row;

  /// Adds the update matrix of a supernode to its parent's front: columns in runs, rows in pieces that each lie in one
  /// slab of the front.
  struct Run {
    std::int32_t column, count, target;  ///< of the update matrix; in the front
    std::int32_t first_piece;            ///< relative to the supernode's
  };
  struct Piece {
    std::int32_t source;  ///< row of the update matrix that meets the slab's first lane, may be negative
    std::int32_t slab;    ///< of the front
    std::int32_t last;    ///< last row of the update matrix in it
    std::uint32_t mask;   ///< lanes that it has, bit by bit
  };
  std::vector<std::int64_t> run_start, piece_start;  ///< supernodes + 1
  std::vector<Run> runs;
  std::vector<Piece> pieces;

  /// Update matrices live on two stacks, by the parity of their depth in the tree, so that a supernode's is written
  /// while its children's are read. Shared ones, which more threads than one meet, have a place for each.
  std::vector<std::int64_t> update;
  std::vector<char> shared;
  std::int64_t stack_size = 0, shared_size = 0;  ///< of each thread; of all

  /// Subtrees [first, last] that one thread walks, heaviest first; supernodes above them wait for all their children.
  struct Subtree {
    std::int32_t first, last;
  };
  std::vector<Subtree> subtrees;
  std::vector<char> above;
  int threads = 1;  ///< that can be used

  std::int64_t widest = 0, tallest = 0;
  double executed = 0.0;

  /// Of everything, with numbers of L of this size.
  std::int64_t bytes(int number) const;

 private:
  void place_blocks(const Symbolic&, const BlockPattern&);
  void place_panels(const Symbolic&);
  void relate(const Symbolic&);
  void cut_subtrees(const Symbolic&, int threads);
  void stack_updates(const Symbolic&);
};

}  // namespace thalweg::inline v0_1::block_cholesky
