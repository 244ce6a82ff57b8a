#include "studies/batch/batch_maps.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <thalweg/report/text.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;

constexpr double most_cells = 1.8e6;  // of all maps of a page: 2.4 MB in base64
constexpr double most_along_a_side = 512.0;
constexpr double tail = 0.005;    // of the values, on either side, that the colours do not resolve
constexpr double levels = 254.0;  // steps between the 255 values of a byte that is not 0
constexpr int digits_of_range = 8;

/// How the cells of a map lie over the fits.
struct Cells {
  std::size_t rows = 0, columns = 0;              // of the picture
  std::size_t block_rows = 1, block_columns = 1;  // fits in a cell
  std::size_t down() const { return (rows + block_rows - 1) / block_rows; }
  std::size_t across() const { return (columns + block_columns - 1) / block_columns; }
};

Cells cells_of(const BatchSummary& s) {
  Cells cells{static_cast<std::size_t>(s.grid[0]), static_cast<std::size_t>(s.grid[1])};
  const double side = std::min(most_along_a_side, std::sqrt(most_cells / static_cast<double>(s.maps.size())));
  const auto block = [&](std::size_t n) { return static_cast<std::size_t>(std::ceil(static_cast<double>(n) / side)); };
  cells.block_rows = block(cells.rows);
  cells.block_columns = block(cells.columns);
  return cells;
}

double quantile(std::vector<double>& values, double p) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The median of the fits of each cell; NaN where fewer than half converged.
std::vector<double> medians(const std::vector<double>& map, const Cells& cells) {
  if (cells.block_rows * cells.block_columns == 1) return map;
  std::vector<double> out, block;
  for (std::size_t row = 0; row < cells.rows; row += cells.block_rows)
    for (std::size_t column = 0; column < cells.columns; column += cells.block_columns) {
      block.clear();
      std::size_t fits = 0;
      for (std::size_t i = row; i < std::min(row + cells.block_rows, cells.rows); ++i)
        for (std::size_t j = column; j < std::min(column + cells.block_columns, cells.columns); ++j, ++fits)
          if (const double v = map[i * cells.columns + j]; std::isfinite(v)) block.push_back(v);
      out.push_back(2 * block.size() < fits ? std::numeric_limits<double>::quiet_NaN() : quantile(block, 0.5));
    }
  return out;
}

std::string base64(const std::string& bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (k < there ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= there ? digits[three >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

/// Null where there is nothing to be seen: no fit converged, or all have one value.
Json map_of(const std::string& name, const std::vector<double>& map, const Cells& cells) {
  std::vector<double> known;
  std::copy_if(map.begin(), map.end(), std::back_inserter(known), [](double v) { return std::isfinite(v); });
  if (known.empty()) return nullptr;
  double low = quantile(known, tail), high = quantile(known, 1.0 - tail);
  if (!(high > low)) {
    const auto [least, most] = std::minmax_element(known.begin(), known.end());
    low = *least;
    high = *most;
  }
  if (!(high > low) || !std::isfinite(high - low)) return nullptr;
  std::string bytes;
  for (const double v : medians(map, cells)) {
    const double level = std::round(std::clamp((v - low) / (high - low), 0.0, 1.0) * levels);
    bytes += static_cast<char>(std::isfinite(v) ? 1 + static_cast<int>(level) : 0);
  }
  return {{"name", printable(name)},
          {"low", number(json_parts::rounded(low, digits_of_range))},
          {"high", number(json_parts::rounded(high, digits_of_range))},
          {"missing", map.size() - known.size()},
          {"cells", base64(bytes)}};
}

}  // namespace

Json maps_of(const BatchSummary& s) {
  if (s.maps.empty() || s.grid.size() != 2 || s.maps.size() != s.parameters.size()) return nullptr;
  const Cells cells = cells_of(s);
  Json list = Json::array();
  for (std::size_t j = 0; j < s.maps.size(); ++j) {
    if (s.maps[j].size() != cells.rows * cells.columns) continue;
    if (Json map = map_of(s.parameters[j].name, s.maps[j], cells); !map.is_null()) list.push_back(std::move(map));
  }
  if (list.empty()) return nullptr;
  return {{"rows", cells.rows},
          {"columns", cells.columns},
          {"block_rows", cells.block_rows},
          {"block_columns", cells.block_columns},
          {"down", cells.down()},
          {"across", cells.across()},
          {"list", std::move(list)}};
}

}  // namespace thalweg::inline v0_1::studies
