// A curve fit while it is being read: the values, and where in the file each came from, so that the
// checks which all formats share can say where the mistake is. Private to the readers.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/problems/curve_fit.hpp>
#include <thalweg/problems/table.hpp>

#include "problems/text_numbers.hpp"

namespace thalweg::reading {

[[noreturn]] void fail(const std::string& file, Place place, const std::string& problem, const std::string& expected);

/// Where the characters of an equation stand in the file. An equation may be put together from
/// several pieces.
class EquationPlaces {
 public:
  /// From `offset` on, the equation's text was copied from `place`; not `exact` when characters
  /// were rewritten there.
  void add(std::size_t offset, Place place, bool exact) { pieces_.push_back({offset, place, exact}); }
  Place at(std::string_view equation, std::size_t offset) const;

 private:
  struct Piece {
    std::size_t offset;
    Place place;
    bool exact;
  };
  std::vector<Piece> pieces_;
};

struct DataPlaces {
  Place table;
  EquationPlaces equation;
  std::vector<Place> columns;  ///< empty when they were named in another file
  Place sigma;
  std::string cell_file;  ///< the file that holds the numbers
  std::function<Place(std::size_t row, std::size_t column)> cell;
  std::shared_ptr<const DataTable::Contents> contents;  ///< when the numbers come from one
  Place where;
  RowSelection rows;
  bool named_by_keys = true;  ///< messages name keys of a problem file, not options of the command
};

struct Draft {
  CurveFit fit;
  Place parameter_list;
  std::vector<Place> parameters;  ///< one per fit.parameters
  std::vector<DataPlaces> data;   ///< one per fit.data
};

/// Checks everything that does not depend on the format, and completes what was left short (one
/// start for all, equal bounds). Throws FileError.
CurveFit checked(Draft draft);

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

}  // namespace thalweg::reading
