// A table that was read, with its text, so that a cell can be found again. Private to the readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/table/table.hpp>

#include "io/reading.hpp"
#include "table/cells.hpp"
#include "table/dialect.hpp"
#include "table/rows/row_index.hpp"
#include "table/table_text.hpp"

namespace thalweg::inline v0_1 {

struct DataTable::Contents {
  /// What a column holds: its first cell that is no text decides.
  struct Kind {
    reading::Meaning meaning = reading::Meaning::text;
    double origin = 0.0;  ///< of dates and times: the first one
    double last = 0.0;    ///< of times without a date
    std::string first;    ///< its text
  };

  reading::TableText text;
  std::string name;
  TableOptions options;
  reading::Dialect dialect;
  Table table;
  std::vector<Kind> kinds;
  reading::RowIndex rows;
  /// Where the numbers come from, when that is an array: there is no text then, and there are no lines.
  std::shared_ptr<const RowSource> array;
  std::vector<std::int64_t> array_rows;  ///< which of its rows each is; empty: they are all of it

  std::size_t columns() const { return table.columns.size(); }
  reading::Place place(std::size_t row, std::size_t column) const;
  /// Says what is wrong with a cell that holds no number, and which option reads it.
  [[noreturn]] void explain(std::size_t row, std::size_t column) const;
  /// Whether the cell is empty or marked as missing, rather than wrong.
  bool is_missing(std::size_t row, std::size_t column) const;
  /// What a report says of a column of dates or times; empty for numbers.
  std::string remark(std::size_t column) const;
  /// What is written in each row of a column, without quotes and blanks around it; of an array its numbers.
  std::vector<std::string> texts(std::size_t column) const;
  /// A row as it is written: its line, its number in the text, and its cells, which are views of the line.
  struct Row {
    std::string_view line;
    int number = 0;
    std::vector<reading::Cell> cells;
  };
  /// `buffer` may hold the line, and must outlive the row. Throws FileError where the file has changed.
  Row row(std::size_t row, std::string& buffer) const;

 private:
  reading::Cell cell(const Row& row, std::size_t column) const;
  std::int64_t array_row(std::size_t row) const {
    return array_rows.empty() ? static_cast<std::int64_t>(row) : array_rows[row];
  }
  [[noreturn]] void explain_number(std::size_t row, std::size_t column) const;
};

namespace reading {

/// Cuts a line into at most as many cells as there are columns, without empty ones at its end. Throws FileError for
/// faulty quotes and for a row that is too long.
void cut_row(const DataTable::Contents& contents, std::string_view line, int number, std::size_t row,
             std::vector<Cell>& cells);

}  // namespace reading
}  // namespace thalweg::inline v0_1
