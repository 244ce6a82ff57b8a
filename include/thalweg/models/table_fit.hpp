// A curve fit to a table.
#pragma once

#include <string>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// Which rows of the table a fit reads.
struct RowSelection {
  std::string where;          ///< a condition on columns, such as "x > 2 && x < 8"; empty: all
  bool skip_missing = false;  ///< rows without a number in a column that is read are left out, not refused
};

/// Gives the table to the only data set of `fit`, which has an equation, a sigma column or none, and no columns yet;
/// leaves out rows as selected and columns that hold no numbers and are not read; then checks the fit as
/// check_curve_fit does. Throws FileError.
CurveFit fit_table(CurveFit fit, DataTable table, const RowSelection& rows);

/// The same of several tables, of which each is a group of rows that is called by the name of its file. Each is a data
/// set like the only one of `fit`.
CurveFit fit_tables(CurveFit fit, std::vector<DataTable> tables, const RowSelection& rows);

}  // namespace thalweg::inline v0_1
