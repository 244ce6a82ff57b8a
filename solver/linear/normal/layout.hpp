// The symbolic half of the normal equations: where every number of every residual goes, worked out once per structure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <linear/normal/product_schedule.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/linear/block_matrix.hpp>
#include <thalweg/math/block_structure.hpp>

namespace thalweg::inline v0_1 {

/// Columns that eliminated blocks (landmarks) take, all of one structure the same: smaller ones are padded.
inline constexpr int narrow_landmark = 3, widest_landmark = 6;
/// Columns of the widest tiles.
inline constexpr int widest_tile = 9;

/// The blocks of a structure in two kinds. Eliminated ones, the landmarks e, share no residual with each other; kept
/// ones are cut into tiles of one width, the last of a block padded. JᵀJ is then
///
///     [ U  W ]   U: tiles × tiles, sparse          W: one coupling for each (tile, landmark) that share a residual,
///     [ Wᵀ V ]   V: one block a landmark, 3 × 3 or 6 × 6        sorted by landmark, then tile
struct NormalLayout {
  /// `rank`: of each block its number among the landmarks, −1: kept. The same on any number of threads.
  NormalLayout(const BlockStructure& structure, std::span<const std::int32_t> rank, int threads);

  int width = 0;                         ///< columns of a tile
  int landmark_width = narrow_landmark;  ///< columns of a landmark: 6 where one has more than 3
  std::int32_t tiles = 0, landmarks = 0;
  std::vector<std::int64_t> tile_column;      ///< tiles × width: the column of the system, −1 for padding
  LargeVector<std::int64_t> landmark_column;  ///< landmarks × landmark_width, likewise
  LargeVector<std::int64_t> coupling_start;   ///< landmarks + 1
  LargeVector<std::int32_t> coupling_tile;    ///< of each coupling
  std::int64_t columns = 0;                   ///< of the system

  /// Local columns of a group that belong to one tile.
  struct Piece {
    int column = 0, width = 0;
  };
  struct Group {
    std::int64_t items = 0;  ///< those that read nothing that moves among them: their cost counts
    int dimension = 0, columns = 0;
    int landmark_column = -1, landmark_columns = 0;  ///< local columns of the landmark's slot; −1: the group has none
    std::vector<Piece> pieces;
    LargeVector<std::int32_t> landmark;  ///< of each item, −1: none that moves
    LargeVector<std::int32_t> tile;      ///< items × pieces, −1: does not move
    LargeVector<std::int64_t> coupling;  ///< items × pieces, −1: none
    std::vector<std::int64_t> off;  ///< items × pairs of pieces (b < a, row by row): the off-diagonal block of U, −1
    std::vector<std::int64_t> part_begin;  ///< parts + 1: the items of each part
  };
  std::vector<Group> groups;

  /// Off-diagonal blocks of U, lower triangle (row > column); sorted by column, then row.
  std::vector<std::int32_t> off_row, off_column;
  bool couplings_once = true;  ///< every coupling has one contribution: it is stored, not added
  bool landmarks_once = true;  ///< the items that read a landmark are of one group, one after the other

  /// Landmarks and items are cut into parts, each summed by one thread in order; what the parts share is summed in a
  /// copy of each part's own. Their number depends on the structure alone, so that the bits do not on the threads.
  int parts = 1;
  std::vector<std::int32_t> part_landmark;  ///< parts + 1

  /// Of the reduced system U − W V⁻¹ Wᵀ: the pattern, lower triangle over tiles.
  BlockPattern reduced;
  bool reduced_is_dense = false;  ///< every block is there: block (i, j) is number dense_slot(i, j)
  /// Of each block of `reduced` the block of U in it: n for the n-th off-diagonal one, −1: none, −2 − t: tile t's own.
  std::vector<std::int32_t> source;
  ProductSchedule products;

  /// Whether each coupling is one residual of at most two rows, which reads one tile.
  bool rank_two() const;
  std::int64_t couplings() const { return coupling_start.back(); }
  std::int64_t dense_slot(std::int64_t row, std::int64_t column) const {
    return column * (2 * tiles - column - 1) / 2 + row;
  }
  /// Pairs of kept tiles that meet at a landmark, each pair counted once a landmark, diagonal included.
  double pairs() const;

  /// Works out `reduced` and all that belongs to it. Not needed where the reduced system is never formed.
  /// The same on any number of threads.
  void reduce(int threads);

 private:
  void number_blocks(const BlockStructure&, std::span<const std::int32_t> rank);
  void sort_couplings(const BlockStructure&, int threads);
  void find_off_diagonals(const BlockStructure&);
  void cut_parts();
  void reduce_densely();
  void reduce_sparsely(int threads);

  LargeVector<std::int32_t> first_tile_, landmark_of_;  // of each block; −1
};

/// Tile width for kept blocks of these dimensions: one of those for which kernels are compiled (3, 6, 7, 9).
int choose_tile_width(std::span<const int> dimensions);

}  // namespace thalweg::inline v0_1
