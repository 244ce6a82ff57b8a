// Rows of numbers alone, which most rows are. Private to the readers.
#pragma once

#include <cstddef>
#include <span>

#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1::reading {

/// How the cells of a plain row are parted and written.
struct PlainForm {
  char separator = ',';                  ///< ' ' stands for blanks and tabs
  Decimal decimal = Decimal::automatic;  ///< automatic: a number with a decimal sign is not plain
};

/// Reads one number for each column, to columns[j][at], from a line that begins at `line`, and returns where the next
/// line begins. Null where the line is not plain: it has another number of cells, quotes, a remark, or a cell that is
/// no number in digits; what was written to the columns is then worth nothing. Correctly rounded, and equal to what
/// RowReader reads once it knows that all columns hold numbers.
///
/// The text goes to `end`; *end may be read and is none of the characters of a number, a blank or a separator, unless
/// the text ends with a line end.
const char* read_plain_row(const char* line, const char* end, const PlainForm& form, std::span<double* const> columns,
                           std::size_t at);

}  // namespace thalweg::inline v0_1::reading
