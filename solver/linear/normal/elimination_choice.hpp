// Which blocks to eliminate by a Schur complement, and the order of evaluation that makes it one pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/math/block_structure.hpp>

namespace thalweg::inline v0_1 {

struct EliminationChoice {
  std::vector<char> eliminated;  ///< of each block
  std::int64_t count = 0;        ///< of eliminated blocks
  std::int64_t columns = 0;      ///< that they have
};

/// Fewer columns than this part are better left to the order of a sparse factor: landmarks that many poses see, say.
inline constexpr double most_of_all = 0.5;

/// The named blocks (nonzero), or where none is named those of the largest kinds that may be eliminated together: at
/// most 6 columns each, and no residual reads two of them. Blocks are of one kind when the same argument of a residual
/// group reads them; a kind has at least this part of all columns. Throws Error where named blocks cannot be
/// eliminated.
EliminationChoice choose_eliminated(const BlockStructure& structure, const std::vector<char>& named,
                                    double least_part = most_of_all);

struct EvaluationOrder {
  std::vector<std::int32_t> rank;  ///< of each block: its number among the eliminated ones, −1: it is kept
  std::vector<LargeVector<std::int64_t>> items;  ///< of each group: its items in order; empty: as they are
};

/// Eliminated blocks that meet the same others follow each other, so that their sums find the same blocks in the cache;
/// items come in the order of their eliminated block, then of their other blocks, those without one last. The same on
/// any number of threads.
EvaluationOrder evaluation_order(const BlockStructure& structure, const std::vector<char>& eliminated, int threads);

}  // namespace thalweg::inline v0_1
