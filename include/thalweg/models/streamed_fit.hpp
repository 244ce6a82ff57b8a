// A curve fit to more rows than fit in memory.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/streamed_rows.hpp>
#include <thalweg/models/table_fit.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// Those rows of a source that a fit reads, and what one pass over them tells.
struct StreamedTable {
  std::shared_ptr<const RowSource> rows;  ///< columns by the names of the fit's formulas
  std::int64_t missing_rows = 0, excluded_rows = 0;
  /// Σ (y − ȳ)²/σ² about the weighted mean; NaN where a parameter is in the response.
  double response_squares = std::numeric_limits<double>::quiet_NaN();
  double log_variances = 0.0;  ///< Σ ln σ²
};

/// The rows that meet a condition on columns, which are called as ColumnNames has it. One pass over the rows, and
/// memory of 8 bytes for each 2,048. Throws FormulaError for the condition.
std::shared_ptr<const RowSource> rows_where(std::shared_ptr<const RowSource> source, const std::string& where,
                                            int threads);

/// What does not go with rows that are read again at each pass, in words; empty where nothing is in the way: groups,
/// several data sets, counts, correlated errors, errors in inputs, constraints, differential equations, noise that is
/// estimated per data set.
std::string obstacle_to_streaming(const CurveFit& fit);

/// `sample`: the fit of some of the rows, checked. Chooses rows as fit_table() does; a weight of 0 leaves a row out.
/// One pass over the rows; memory of 8 bytes for each 2,048 of them. Throws FileError that names the row for a missing
/// value, unless such rows are left out, and for a standard deviation or weight that is none; for no row that is left.
StreamedTable streamed_table(std::shared_ptr<const RowSource> source, const CurveFit& sample, const RowSelection& rows,
                             int threads);

/// The problem of all rows: one block of the fit's parameters, in its order, and one residual group (model −
/// response)/σ. Throws as StreamedResiduals.
Problem streamed_problem(const CurveFit& sample, const StreamedTable& table);

}  // namespace thalweg::inline v0_1
