// A table of the inputs of a model, without what was measured.
#pragma once

#include <string>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// The rows of a table in which a model is to be evaluated: `needed` columns by the names that the formula has for them
/// (see ColumnNames), `wished` ones where they are there. A column is renamed to what the formula calls it; others that
/// hold numbers alone stay. Throws FileError for a needed column that is missing, and for a cell of a column that is
/// read and holds no finite number.
DataSet select_inputs(DataTable table, const std::vector<std::string>& needed, const std::vector<std::string>& wished);

}  // namespace thalweg::inline v0_1
