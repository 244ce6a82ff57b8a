#include "table/rows/row_index.hpp"

#include <algorithm>
#include <cstring>

#include "table/cells.hpp"

namespace thalweg::inline v0_1::reading {

std::size_t end_of_line(std::string_view text, std::size_t begin) {
  // Each of the two is looked for no further than a window beyond the other: a text may have one of them alone.
  constexpr std::size_t window = 256;
  for (; begin < text.size(); begin += window) {
    const char* from = text.data() + begin;
    std::size_t size = std::min(window, text.size() - begin);
    const auto* line_feed = static_cast<const char*>(std::memchr(from, '\n', size));
    if (line_feed != nullptr) size = static_cast<std::size_t>(line_feed - from);
    if (const auto* carriage_return = static_cast<const char*>(std::memchr(from, '\r', size)))
      return static_cast<std::size_t>(carriage_return - text.data());
    if (line_feed != nullptr) return static_cast<std::size_t>(line_feed - text.data());
  }
  return text.size();
}

std::size_t behind_line_end(std::string_view text, std::size_t end) {
  if (end >= text.size()) return text.size();
  return end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
}

bool is_row(std::string_view line, char separator) {
  const char blanks[] = {' ', '\t', '\v', '\f', '\r', separator};
  const std::string_view empty(blanks, sizeof blanks);
  const std::size_t first = line.find_first_not_of(empty);
  if (first == std::string_view::npos) return false;
  if (line[first] >= '0' && line[first] <= '9') return true;
  return !is_comment(line, separator) && without_remark(line).find_first_not_of(empty) != std::string_view::npos;
}

void RowIndex::append(RowMarks part) {
  if (part.rows() == 0) return;
  const std::size_t rows = part.rows();
  parts_.push_back({size_, std::move(part)});
  size_ += rows;
}

void RowIndex::clear() {
  parts_.clear();
  size_ = 0;
}

std::string_view RowIndex::line(std::size_t row, const TableText& text, char separator, std::string& buffer,
                                int& number) const {
  const auto part = std::prev(std::upper_bound(parts_.begin(), parts_.end(), row,
                                               [](std::size_t r, const Part& each) { return r < each.first_row; }));
  const auto [mark, below] = part->marks.above(row - part->first_row);
  for (std::size_t size = 1024;; size *= 4) {
    const std::string_view seen = text.nearby(mark.offset, size, buffer);
    const bool to_the_end = mark.offset + seen.size() == text.size();
    std::size_t begin = 0, left = below;
    for (number = mark.number;; ++number) {
      const std::size_t end = end_of_line(seen, begin);
      if (end + 1 >= seen.size() && !to_the_end) break;  // the line goes on, or its end does
      const std::string_view line = seen.substr(begin, end - begin);
      if (is_row(line, separator) && left-- == 0) return line;
      begin = behind_line_end(seen, end);
      if (begin == seen.size() && to_the_end) return line;  // the file has changed: the last line stands for the row
    }
  }
}

}  // namespace thalweg::inline v0_1::reading
