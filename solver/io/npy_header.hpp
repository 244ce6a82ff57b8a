// The header of a NumPy array: a Python dictionary.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/io/npy.hpp>

namespace thalweg::inline v0_1 {

struct NpyHeader {
  std::vector<std::int64_t> shape;
  std::vector<NpyField> fields;
  bool columns_first = false;
  std::int64_t element_bytes = 0;
};

/// Throws FileError.
NpyHeader parse_npy_header(const std::string& text, const std::string& path);

}  // namespace thalweg::inline v0_1
