#include "problems/graph/block_system.hpp"

#include <algorithm>

#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/math/error.hpp>

namespace thalweg::graph {

BlockSystem::BlockSystem(int width, std::int32_t count, std::span<const std::pair<std::int32_t, std::int32_t>> pairs)
    : width_(width), pattern_(block_pattern(std::vector<int>(static_cast<std::size_t>(count), width), pairs)) {
  values_.assign(static_cast<std::size_t>(pattern_.blocks()) * static_cast<std::size_t>(width * width), 0.0);
}

void BlockSystem::add(std::int32_t row, std::int32_t column, const double* block) {
  const std::int32_t a = std::max(row, column), b = std::min(row, column);
  const auto first = pattern_.row.begin();
  const auto found = std::lower_bound(first + pattern_.column_start[static_cast<std::size_t>(b)],
                                      first + pattern_.column_start[static_cast<std::size_t>(b) + 1], a);
  double* const to = values_.data() + (found - first) * width_ * width_;
  for (int j = 0; j < width_; ++j)
    for (int i = 0; i < width_; ++i)
      to[j * width_ + i] += row >= column ? block[j * width_ + i] : block[i * width_ + j];
}

#if THALWEG_CHOLMOD
bool block_system_available() { return true; }

bool BlockSystem::solve(double* x, std::int64_t columns) {
  SparseCholesky cholesky;
  if (cholesky.analyze(pattern_, Ordering::amd) != LinearStatus::ok) return false;
  for (std::int64_t k = 0; k < pattern_.blocks(); ++k)
    cholesky.set_block(k, values_.data() + k * width_ * width_, width_);
  return cholesky.factor() == LinearStatus::ok && cholesky.solve(x, x, columns) == LinearStatus::ok;
}
#else
bool block_system_available() { return false; }

bool BlockSystem::solve(double*, std::int64_t) { throw Error("this build is without CHOLMOD"); }
#endif

}  // namespace thalweg::graph
