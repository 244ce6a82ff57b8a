// How a table is written: found from the lines at its beginning. Private to the readers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/table/table.hpp>

#include "table/cells.hpp"
#include "table/table_text.hpp"

namespace thalweg::inline v0_1::reading {

struct Dialect {
  char separator = ',';                   ///< ' ' stands for blanks and tabs
  Decimal decimal = Decimal::automatic;   ///< automatic: no number so far shows it
  std::size_t first_row = 0;              ///< offset of the first row's line in the text
  int first_line = 1;                     ///< its number
  std::vector<std::string> names;         ///< of all columns; c1, c2, ... where there is no header
  std::vector<std::string> header_names;  ///< as the file has them, where other names are asked for; else empty
  bool header = false;                    ///< the names come from the file
  bool commented = false;                 ///< from a comment above the first row, which may be prose
  std::vector<std::string> notes;
};

/// Complains about the quotes of a line.
[[noreturn]] void fail_quotes(QuoteFault fault, const std::string& name, Place place);

/// Looks at the first lines, a few thousand at most. The rows of the table are those that hold numbers where the last
/// lines looked at do; what stands above the first of them is its header, a row of units, or a preamble.
/// Throws FileError where the meaning is not certain, and names the option that makes it so.
Dialect find_dialect(const TableText& text, const std::string& name, const TableOptions& options);

}  // namespace thalweg::inline v0_1::reading
