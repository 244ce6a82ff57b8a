// Which residual reads which parameter blocks: all that symbolic work on sparse problems needs to know.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/base/aligned.hpp>

namespace thalweg::inline v0_1 {

/// One residual group, its items in the order in which they are evaluated.
struct ResidualPattern {
  struct Slot {
    int dimension = 0;                ///< local columns of the slot
    LargeVector<std::int32_t> block;  ///< of each item the free block that it reads, −1: one that does not move
  };
  int dimension = 0;  ///< components of one residual
  std::int64_t items = 0;
  std::vector<Slot> slots;

  int columns() const {
    int n = 0;
    for (const Slot& slot : slots) n += slot.dimension;
    return n;
  }
};

/// The free blocks of a problem and its residual groups. Column c of block b is column first[b] + c of the system.
struct BlockStructure {
  std::vector<int> dimension;       ///< of each block's tangent space
  std::vector<std::int64_t> first;  ///< blocks + 1: where each block's columns begin
  std::vector<ResidualPattern> groups;

  std::int64_t blocks() const { return static_cast<std::int64_t>(dimension.size()); }
  std::int64_t columns() const { return first.empty() ? 0 : first.back(); }
};

/// Residual components and local Jacobian columns of consecutive items, structure of arrays: component k of item i is
/// residual[k][i], its derivative by local column c jacobian[k * columns + c][i]. Arrays may be read, not used, up to
/// the next multiple of eight items.
struct ResidualStrip {
  std::int64_t begin = 0, end = 0;  ///< items of the group
  const double* const* residual = nullptr;
  const double* const* jacobian = nullptr;
};

}  // namespace thalweg::inline v0_1
