// Cells of a table: where they are in a line, and what their text means. Private to the readers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/table/table.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {

struct Cell {
  std::string_view text;   // without blanks around it, and without its quotes
  std::size_t offset = 0;  // of its first character in the line
  bool quoted = false;
};

/// What is wrong with the quotes of a line; offset where, nothing wrong: none.
enum class QuoteFault { none, not_closed, text_behind };

/// Cuts `line` at a separator; ' ' stands for any run of blanks and tabs. Replaces `cells`. `fault_at` is set when
/// there is a fault; the cells before it are then there.
QuoteFault split(std::string_view line, char separator, std::vector<Cell>& cells, std::size_t& fault_at);

/// `line` before a remark that begins with #, which must stand outside quotes and begin none of the marks that
/// spreadsheets put in place of a value (#N/A).
std::string_view without_remark(std::string_view line);

/// Whether a line holds no cells because of what it begins with: # % ! // and, unless that is the separator, ;
bool is_comment(std::string_view line, char separator);

/// What the text of a cell is.
enum class Meaning {
  number,
  ambiguous,      // 1,234: a decimal comma, or thousands
  other_decimal,  // 1.5 in a table of decimal commas, 1,5 in one of points
  too_large,
  empty,
  missing,  // NA, -, #DIV/0!, inf
  limit,    // <0.1
  percent,  // 5.1%, where it was not said what that means
  date,
  date_time,
  clock,  // 12:30:05
  slip,   // digits and signs, but no number: 1..5
  text
};

struct Reading {
  Meaning meaning = Meaning::text;
  double value = 0.0;                     // number; date: days, date_time, clock: seconds, since a fixed moment
  Decimal evidence = Decimal::automatic;  // the decimal sign that this number must have been written with
};

/// Reads a cell by the table's decimal sign; automatic: by what the cell itself shows.
Reading read_meaning(std::string_view text, Decimal decimal, Percent percent);

/// An option in a message: --decimal comma, or decimal = "comma" in [data].
std::string option(const TableOptions& options, std::string_view name, std::string_view value);

}  // namespace thalweg::inline v0_1::reading
