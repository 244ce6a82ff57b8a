#include <thalweg/linear/block_matrix.hpp>

#include <algorithm>
#include <string>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

[[noreturn]] void refuse(const std::string& what) { throw Error("block pattern: " + what); }

void check_dimensions(const std::vector<int>& dimension) {
  for (std::size_t b = 0; b < dimension.size(); ++b)
    if (dimension[b] <= 0)
      refuse("block row " + std::to_string(b) + " has dimension " + std::to_string(dimension[b]) +
             "; expected at least 1");
}

}  // namespace

std::int64_t BlockPattern::order() const {
  std::int64_t sum = 0;
  for (const int d : dimension) sum += d;
  return sum;
}

std::int64_t BlockPattern::entries() const {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < dimension.size(); ++c) {
    const std::int64_t d = dimension[c];
    std::int64_t below = 0;
    for (std::int64_t k = column_start[c] + 1; k < column_start[c + 1]; ++k)
      below += dimension[static_cast<std::size_t>(row[static_cast<std::size_t>(k)])];
    sum += d * (d + 1) / 2 + d * below;
  }
  return sum;
}

std::vector<std::int64_t> BlockPattern::offsets() const {
  std::vector<std::int64_t> offset(dimension.size() + 1);
  for (std::size_t b = 0; b < dimension.size(); ++b) offset[b + 1] = offset[b] + dimension[b];
  return offset;
}

std::int64_t BlockPattern::find(std::int32_t a, std::int32_t b) const {
  const auto [column, wanted] = std::minmax(a, b);
  if (column < 0 || wanted >= block_columns()) return -1;
  const auto begin = row.begin() + column_start[static_cast<std::size_t>(column)];
  const auto end = row.begin() + column_start[static_cast<std::size_t>(column) + 1];
  const auto place = std::lower_bound(begin, end, wanted);
  return place != end && *place == wanted ? place - row.begin() : -1;
}

void BlockPattern::validate() const {
  check_dimensions(dimension);
  const std::size_t columns = dimension.size();
  if (column_start.size() != columns + 1)
    refuse("column_start has " + std::to_string(column_start.size()) + " entries; expected " +
           std::to_string(columns + 1) + ", one more than there are dimensions");
  if (column_start.front() != 0 || column_start.back() != blocks())
    refuse("column_start runs from " + std::to_string(column_start.front()) + " to " +
           std::to_string(column_start.back()) + "; expected 0 to " + std::to_string(blocks()) + ", the blocks");
  for (std::size_t c = 0; c < columns; ++c) {
    // Together with the two ends, rising starts keep every index below inside `row`.
    if (column_start[c + 1] > blocks())
      refuse("column " + std::to_string(c) + " ends at " + std::to_string(column_start[c + 1]) + "; expected at most " +
             std::to_string(blocks()) + ", the blocks");
    if (column_start[c + 1] <= column_start[c])
      refuse("column " + std::to_string(c) + " has no block; expected at least the diagonal one");
    const auto begin = static_cast<std::size_t>(column_start[c]), end = static_cast<std::size_t>(column_start[c + 1]);
    if (row[begin] != static_cast<std::int32_t>(c))
      refuse("column " + std::to_string(c) + " begins with row " + std::to_string(row[begin]) +
             "; expected the diagonal block");
    for (std::size_t k = begin + 1; k < end; ++k)
      if (row[k] <= row[k - 1] || static_cast<std::size_t>(row[k]) >= columns)
        refuse("row " + std::to_string(row[k]) + " follows " + std::to_string(row[k - 1]) + " in column " +
               std::to_string(c) + "; expected ascending rows below " + std::to_string(columns));
  }
}

BlockPattern block_pattern(std::vector<int> dimension, std::span<const std::pair<std::int32_t, std::int32_t>> pairs) {
  check_dimensions(dimension);
  const std::size_t columns = dimension.size();
  std::vector<std::int64_t> start(columns + 1);
  for (const auto& [a, b] : pairs) {
    const auto [low, high] = std::minmax(a, b);
    if (low < 0 || static_cast<std::size_t>(high) >= columns)
      refuse("the pair (" + std::to_string(a) + ", " + std::to_string(b) +
             ") is outside; expected block rows from 0 to " + std::to_string(static_cast<std::int64_t>(columns) - 1));
    if (low != high) ++start[static_cast<std::size_t>(low) + 1];
  }
  for (std::size_t c = 0; c < columns; ++c) start[c + 1] += start[c] + 1;  // one more for the diagonal

  // A bucket per column, then each sorted: the pairs may be many more than the blocks.
  std::vector<std::int32_t> row(static_cast<std::size_t>(start[columns]));
  std::vector<std::int64_t> next(start.begin(), start.end() - 1);
  for (std::size_t c = 0; c < columns; ++c) row[static_cast<std::size_t>(next[c]++)] = static_cast<std::int32_t>(c);
  for (const auto& [a, b] : pairs)
    if (a != b) row[static_cast<std::size_t>(next[static_cast<std::size_t>(std::min(a, b))]++)] = std::max(a, b);
  std::int64_t kept = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const auto begin = row.begin() + start[c], end = row.begin() + start[c + 1];
    std::sort(begin, end);
    const auto unique_end = std::unique(begin, end);
    start[c] = kept;
    kept = std::move(begin, unique_end, row.begin() + kept) - row.begin();
  }
  start[columns] = kept;
  row.resize(static_cast<std::size_t>(kept));
  row.shrink_to_fit();
  return {std::move(dimension), std::move(start), std::move(row)};
}

}  // namespace thalweg::inline v0_1
