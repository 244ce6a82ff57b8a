// Rows of a table become numbers, one line after the other. Private to the readers.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {

inline constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// What the rows so far have shown, and what the meaning of a cell depends on.
struct RowState {
  Decimal decimal = Decimal::automatic;
  std::vector<DataTable::Contents::Kind> kinds;  ///< one for each column
  bool doubtful = false;                         ///< a number may have a decimal comma or marks of thousands

  /// Whether the meaning of a row depends on the row before it: times without a date must be in order.
  bool depends_on_order() const;
};

/// Reads rows of one table. Two readers with equal states read a line equally.
class RowReader {
 public:
  RowReader(const DataTable::Contents& contents, RowState state);

  /// Reads a line to `values`, one for each column, NaN for a cell without a number; false for a comment and an empty
  /// line. `row` counts from 1, for messages. Throws FileError for faulty quotes and for a row that is too long.
  bool read(std::string_view line, int number, std::size_t row, std::span<double> values);

  const RowState& state() const { return state_; }
  /// Whether the meaning of cells has changed since the reader was made: the decimal sign or a column's kind has become
  /// known, or the time which the next one must not be before.
  bool has_changed() const { return changed_; }
  /// Whether every column is known to hold numbers, none of them dates or times.
  bool all_numbers() const { return numeric_ == state_.kinds.size(); }

 private:
  double value(std::string_view text, std::size_t column);
  std::optional<double> plain_number(std::string_view text);
  void set_decimal(Decimal decimal);

  const DataTable::Contents& contents_;
  RowState state_;
  bool changed_ = false;
  std::size_t numeric_ = 0;  // columns of numbers
  std::vector<Cell> cells_;
};

}  // namespace thalweg::inline v0_1::reading
