// Linear least squares over the vertices of a graph: a symmetric system of small blocks, one block column a vertex.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/block_matrix.hpp>

namespace thalweg::inline v0_1::graph {

class BlockSystem {
 public:
  /// `count` block columns, each `width` wide, and an off-diagonal block for each pair of different ones.
  BlockSystem(int width, std::int32_t count, std::span<const std::pair<std::int32_t, std::int32_t>> pairs);

  /// Adds width × width numbers, column-major, to block (row, column); that of (column, row) is its transpose. Of a
  /// diagonal block all numbers must be given.
  void add(std::int32_t row, std::int32_t column, const double* block);

  /// Solves for `columns` right-hand sides, one after the other, in place. False when the matrix is not positive
  /// definite.
  bool solve(double* x, std::int64_t columns);
  /// solve() in two parts, for several right-hand sides one after the other.
  bool factor();
  bool solve_factored(double* x, std::int64_t columns);
  /// Sets all blocks to zero, for another system of the same pattern.
  void clear();
  int width() const { return width_; }

 private:
  int width_;
  BlockPattern pattern_;
  BlockCholesky cholesky_;
};

}  // namespace thalweg::inline v0_1::graph
