#include "models/pose_graph/starts/block_system.hpp"

#include <algorithm>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::graph {

BlockSystem::BlockSystem(int width, std::int32_t count, std::span<const std::pair<std::int32_t, std::int32_t>> pairs)
    : width_(width), pattern_(block_pattern(std::vector<int>(static_cast<std::size_t>(count), width), pairs)) {
  if (cholesky_.analyze(pattern_, {.ordering = Ordering::amd}) != LinearStatus::ok)
    throw Error("a pose graph's linear system is larger than memory");
}

void BlockSystem::add(std::int32_t row, std::int32_t column, const double* block) {
  const std::int32_t a = std::max(row, column), b = std::min(row, column);
  const auto first = pattern_.row.begin();
  const auto found = std::lower_bound(first + pattern_.column_start[static_cast<std::size_t>(b)],
                                      first + pattern_.column_start[static_cast<std::size_t>(b) + 1], a);
  const BlockCholesky::Slot to = cholesky_.block_slot(found - first);
  for (int j = 0; j < width_; ++j)
    for (int i = 0; i < width_; ++i)
      to.data[i * to.row_step + j * to.column_step] += row >= column ? block[j * width_ + i] : block[i * width_ + j];
}

void BlockSystem::clear() {
  for (std::int64_t k = 0; k < pattern_.blocks(); ++k) {
    const BlockCholesky::Slot to = cholesky_.block_slot(k);
    for (int j = 0; j < width_; ++j)
      for (int i = 0; i < width_; ++i) to.data[i * to.row_step + j * to.column_step] = 0.0;
  }
}

bool BlockSystem::solve(double* x, std::int64_t columns) { return factor() && solve_factored(x, columns); }

bool BlockSystem::factor() { return cholesky_.factor() == LinearStatus::ok; }

bool BlockSystem::solve_factored(double* x, std::int64_t columns) {
  return cholesky_.solve(x, x, columns) == LinearStatus::ok;
}

}  // namespace thalweg::inline v0_1::graph
