// All rows of a table, on several threads where it is long. Private to the readers.
#pragma once

#include <cstddef>
#include <vector>

#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {

/// Lines that one thread reads at a time.
struct LineChunk {
  std::size_t begin = 0, end = 0;  ///< offsets in the text, of the first line and behind the last one
  std::size_t lines = 0;
};

struct LineScan {
  std::vector<LineChunk> chunks;  ///< in their order, all lines of the text together
  bool is_text = true;            ///< it is UTF-8 without NUL
  bool is_blank = true;           ///< there is nothing but blanks, line ends and a byte order mark
};

/// It stays in a processor's cache from the read of the file to the last of its numbers, and few pages are touched
/// first.
constexpr std::size_t usual_chunk_bytes = std::size_t{1} << 18;

/// Cuts a text at line feeds into chunks of some `chunk_bytes`, the same for any number of threads, and counts their
/// lines, ended by \n, \r\n or \r. One pass over the text.
LineScan scan_lines(const TableText& text, int threads, std::size_t chunk_bytes = usual_chunk_bytes);

/// Fills the columns, kinds and rows of a table whose dialect is known. What rows hold is found in their order: the
/// first chunk shows what the columns hold, and the others are read side by side as long as no row shows more. The
/// result, the message of a faulty row included, is that of read_rows_in_order. Each number is written to its column at
/// once: columns have room for all lines before the first row is read. Throws FileError.
void read_rows(DataTable::Contents& contents, LineScan scan, int threads);

/// The same, line after line by RowReader alone: the reference, and for texts most of whose lines are no rows or short
/// ones. A text in a file is read to memory as a whole.
void read_rows_in_order(DataTable::Contents& contents);

}  // namespace thalweg::inline v0_1::reading
