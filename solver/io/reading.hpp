// What all readers of files share: the bytes, the place of a mistake, and its sentence.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {

/// Throws FileError.
[[noreturn]] void fail(const std::string& file, Place place, const std::string& problem, const std::string& expected);

/// The bytes of a file, "-": of standard input; `expected` says what it should have been.
std::string read_bytes(const std::string& path, const std::string& expected);
/// The text of a file, which must be UTF-8 and not empty; `expected` says what it should have been.
std::string read_text_file(const std::string& path, const std::string& expected);
void check_text(std::string_view text, const std::string& name, const std::string& expected);
/// The place of a byte of a text.
Place place_at(std::string_view text, std::size_t offset);

/// "row 3, column 'x'"
std::string cell_name(std::size_t row, std::string_view column);
/// Says what is wrong with a cell of a table that is no finite number; `row` counts from 1.
[[noreturn]] void fail_cell(std::string_view text, const Number& number, const std::string& file, Place place,
                            std::size_t row, std::string_view column);
/// One cell of a table. place() is asked only for a wrong one: to count the columns before every cell would take time
/// quadratic in a line's length.
template <class PlaceOf>
double read_cell(std::string_view text, const std::string& file, const PlaceOf& place, std::size_t row,
                 std::string_view column) {
  const Number number = parse_number(text);
  if (number.kind == Number::Kind::number && std::isfinite(number.value)) return number.value;
  fail_cell(text, number, file, place(), row, column);
}

}  // namespace thalweg::inline v0_1::reading
