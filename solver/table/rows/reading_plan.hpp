// How a table is read, for tests to vary. Private to the readers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "table/contents.hpp"
#include "table/rows/rows.hpp"

namespace thalweg::inline v0_1::reading {

inline constexpr const char* a_table = "a table of numbers";

struct ReadingPlan {
  int threads = 0;                                           ///< at most; 0: all
  std::size_t chunk_bytes = usual_chunk_bytes;               ///< that one thread reads at a time
  std::size_t least_bytes_in_pieces = std::size_t{1} << 20;  ///< smaller files are read to memory
  bool in_order = false;                                     ///< by read_rows_in_order()
};

std::shared_ptr<DataTable::Contents> parse_contents(std::string text, const std::string& name,
                                                    const TableOptions& options, const ReadingPlan& plan);
std::shared_ptr<DataTable::Contents> read_contents(const std::string& path, const TableOptions& options,
                                                   const ReadingPlan& plan);

}  // namespace thalweg::inline v0_1::reading
