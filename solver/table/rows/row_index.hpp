// Where the rows of a table are in its text. Private to the readers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "table/table_text.hpp"

namespace thalweg::inline v0_1::reading {

/// A line of the text, which may be a row.
struct LinePlace {
  std::size_t offset = 0;
  int number = 0;  ///< in the text, from 1
};

/// Rows of neighbouring lines: the place of every sixteenth is kept, one byte for each row, and the others are counted
/// from there.
class RowMarks {
 public:
  void add(LinePlace row) {
    if (rows_++ % distance == 0) marks_.push_back(row);
  }
  std::size_t rows() const { return rows_; }
  /// The last row with a mark that is not below `row`, and how many rows below it that one is.
  std::pair<LinePlace, std::size_t> above(std::size_t row) const { return {marks_[row / distance], row % distance}; }

 private:
  static constexpr std::size_t distance = 16;
  std::vector<LinePlace> marks_;
  std::size_t rows_ = 0;
};

/// All rows, in parts.
class RowIndex {
 public:
  /// The rows behind those that are there.
  void append(RowMarks part);
  void clear();
  void pop_back() { --size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// The line of a row, without its end, as a view of the text or of `buffer`; `number` receives its number.
  std::string_view line(std::size_t row, const TableText& text, char separator, std::string& buffer, int& number) const;

 private:
  struct Part {
    std::size_t first_row;
    RowMarks marks;
  };
  std::vector<Part> parts_;
  std::size_t size_ = 0;
};

/// Whether a line is a row: no comment, and a cell before its remark that is not empty.
bool is_row(std::string_view line, char separator);
/// The end of a line: the next \r or \n from `begin` on, or `text.size()`.
std::size_t end_of_line(std::string_view text, std::size_t begin);
/// The place behind the end of a line, \n, \r\n or \r, which stands at `end`.
std::size_t behind_line_end(std::string_view text, std::size_t end);

}  // namespace thalweg::inline v0_1::reading
