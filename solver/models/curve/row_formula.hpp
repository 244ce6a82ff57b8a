// Formulas of columns, evaluated on every row. Private to the readers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/models/curve_fit.hpp>

namespace thalweg::inline v0_1::reading {

/// The column whose name is the whole text; a column's own name goes before a formula.
std::optional<std::size_t> column_named(const DataSet& data, std::string_view text);
/// The first column that a formula reads, for the place of a message.
std::optional<std::size_t> column_read(const DataSet& data, const std::string& text);
/// Its value on each row. Throws FormulaError.
std::vector<double> row_values(const DataSet& data, const std::string& text);

/// A value that is no standard deviation, or no weight.
struct WrongRow {
  std::size_t row;  ///< counts from 0
  double value;
};
/// The first value that is not finite and above 0 (or, of weights, not below).
std::optional<WrongRow> wrong_row(const std::vector<double>& values, bool may_be_zero);

}  // namespace thalweg::inline v0_1::reading
