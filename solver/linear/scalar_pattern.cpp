#include <linear/scalar_pattern.hpp>

#include <cstddef>
#include <cstdint>

namespace thalweg::inline v0_1::cholmod {

Columns block_graph(const BlockPattern& pattern) {
  return {{pattern.column_start.begin(), pattern.column_start.end()}, {pattern.row.begin(), pattern.row.end()}};
}

Columns scalar_pattern(const BlockPattern& pattern) {
  const std::vector<std::int64_t> offset = pattern.offsets();
  Columns A;
  // The larger first: where it is more than memory holds, nothing has been taken yet.
  A.row.reserve(static_cast<std::size_t>(pattern.entries()));
  A.start.reserve(static_cast<std::size_t>(pattern.order()) + 1);
  A.start.push_back(0);
  for (std::size_t c = 0; c < pattern.dimension.size(); ++c)
    for (std::int64_t j = offset[c]; j < offset[c + 1]; ++j) {
      for (std::int64_t i = j; i < offset[c + 1]; ++i) A.row.push_back(i);
      for (std::int64_t k = pattern.column_start[c] + 1; k < pattern.column_start[c + 1]; ++k) {
        const auto r = static_cast<std::size_t>(pattern.row[static_cast<std::size_t>(k)]);
        for (std::int64_t i = offset[r]; i < offset[r + 1]; ++i) A.row.push_back(i);
      }
      A.start.push_back(static_cast<Index>(A.row.size()));
    }
  return A;
}

std::vector<Index> expand(const std::vector<Index>& blocks, const BlockPattern& pattern) {
  const std::vector<std::int64_t> offset = pattern.offsets();
  std::vector<Index> scalars;
  scalars.reserve(static_cast<std::size_t>(pattern.order()));
  for (const Index b : blocks)
    for (std::int64_t i = offset[static_cast<std::size_t>(b)]; i < offset[static_cast<std::size_t>(b) + 1]; ++i)
      scalars.push_back(i);
  return scalars;
}

}  // namespace thalweg::inline v0_1::cholmod
