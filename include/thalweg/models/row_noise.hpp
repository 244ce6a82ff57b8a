// The noise of a data set's rows, from how it is written to what the solver counts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// The standard deviation of each row's error: DataSet::sigma or 1/√DataSet::weights, evaluated, else √Cᵢᵢ of a
/// covariance; empty: none is given. Throws Error for a formula that cannot be evaluated and a value that is not
/// positive. Cost: one pass over the rows.
std::vector<double> row_deviations(const DataSet& data);

/// `group`, whose residuals are model − response, with the noise of the data set: divided by the standard deviations,
/// whitened by the covariance, or made a likelihood of counts; and with its loss. Throws Error as these do.
std::unique_ptr<ResidualGroup> with_noise(std::unique_ptr<ResidualGroup> group, const DataSet& data);

/// The fit with its standard deviations multiplied, by one factor for each data set, and no scale left to estimate:
/// that of the last solve where the scales are estimated.
CurveFit with_noise_scales(CurveFit fit, const std::vector<double>& scales);

/// What is wrong with a formula of columns as it is written.
struct RowFormulaMistake {
  std::string problem, expected;
};
/// How the names in such a formula are looked up.
struct RowFormulaNames {
  std::function<bool(const std::string&)> is_column;
  std::vector<std::string> parameters;
  std::vector<std::string> columns;    ///< to guess at a misspelling
  std::vector<std::string> spellings;  ///< what is expected
  std::string response;                ///< the left side of the equation
};
/// Looks at the text of DataSet::sigma or weights; asks is_column() for every name that is read. Null: nothing is
/// wrong.
std::optional<RowFormulaMistake> mistake_in_row_formula(const std::string& text, const RowFormulaNames& names);

/// Reads the covariance of m rows, a matrix of m rows and columns, from a table with or without a header; what the
/// envelope of its lower triangle leaves out is zero. Throws FileError where it is not square or not symmetric (to 1e-8
/// of √CᵢᵢCⱼⱼ).
LowerRows read_covariance(const std::string& path);

}  // namespace thalweg::inline v0_1
