// A curve fit row by row: what was measured, what is fitted, how far to trust it.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace thalweg::inline v0_1 {

/// Rows of one data set, or rows that a fit predicts. An array that is empty is not known, and neither is a value that
/// is NaN.
struct FitRows {
  std::string name;                         ///< of the data set
  std::string response;                     ///< what is fitted: "y", "log(y)"
  std::vector<std::string> columns;         ///< of the data, as their table calls them
  std::vector<std::vector<double>> values;  ///< one array per column
  std::string group_column;                 ///< what the groups of rows are called by; empty: there are none
  std::vector<std::string> groups;          ///< of each row
  double level = 0.95;                      ///< of the bands
  /// The model's value, and its standard error √(∇f C ∇fᵀ), C the covariance of the parameters.
  std::vector<double> fit, standard_error;
  /// Fitted − measured, in the unit of the response; see ResidualDiagnostics for the others. Empty of predictions.
  std::vector<double> residual, standardised, leverage, cooks_distance;
  /// Where the curve lies, f ± t · standard error, and where a further measurement would, f ± t √(standard error² +
  /// σ²), σ its standard deviation.
  std::vector<double> confidence_lower, confidence_upper, prediction_lower, prediction_upper;
};

/// The rows with a heading, for spreadsheets; unknown values are empty cells, numbers the shortest text that reads as
/// the same number. Of several data sets the first column, `data`, names the set, and columns of one set are empty in
/// the rows of another. A column of the data that is called like one of the results has an underscore behind it.
/// `separator`: a comma or a tab.
std::string to_csv(std::span<const FitRows> sets, char separator = ',');

}  // namespace thalweg::inline v0_1
