// A curve fit row by row, and at rows that were not fitted to.
#pragma once

#include <string>
#include <vector>

#include <thalweg/models/build.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1::studies {

/// Of each data set, at the report's result and statistics.
std::vector<FitRows> row_results(const CurveFit& fit, const CurveProblem& built, const Report& report);

/// Adds a note to the report where its rows and predictions lack what is not known: leverages, bands.
void note_missing(Report& report);

/// The model on the rows of the table at `path`: once where all data sets have one equation, else once for each of
/// them. Throws FileError where the table lacks an input, or cannot be read. Needs no solution.
std::vector<DataSet> prediction_inputs(const CurveFit& fit, const std::string& path, const TableOptions& options);

/// The predictions on those rows.
std::vector<FitRows> predictions(const CurveFit& fit, const CurveProblem& built, const std::vector<DataSet>& inputs,
                                 const Report& report);

}  // namespace thalweg::inline v0_1::studies
