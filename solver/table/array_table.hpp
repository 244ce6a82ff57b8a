// Arrays of numbers as tables. Private to the readers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {

/// Whether the file is an array of NumPy: by its name (.npy), or by what it begins with. Throws FileError for an
/// archive of arrays (.npz).
bool is_array_file(const std::string& path);

/// All rows. Throws FileError for more than two dimensions, none of rows, and options that are of text; names of
/// another number.
std::shared_ptr<DataTable::Contents> array_contents(const std::string& path, const TableOptions& options);

/// At most so many, evenly spaced.
std::shared_ptr<DataTable::Contents> sampled_contents(std::shared_ptr<const RowSource> rows, std::int64_t most,
                                                      const std::string& name, const TableOptions& options);

}  // namespace thalweg::inline v0_1::reading
