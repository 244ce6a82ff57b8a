// A curve-fitting problem as read from a file: names, numbers and formulas, checked but not yet a
// Problem.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/io/file_error.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/problem/noise.hpp>

namespace thalweg::inline v0_1 {

/// One fit parameter.
struct FitParameter {
  std::string name;
  std::vector<double> starts;  ///< at least one; --start K takes the K-th
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  bool fixed = false;   ///< kept at its start
  bool linear = false;  ///< to be eliminated by variable projection: every equation is affine in it
  struct Prior {
    double mean = 0.0, sigma = 1.0;
  };
  std::optional<Prior> prior;  ///< adds the residual (value − mean) / sigma
  struct Certified {
    double value = 0.0;
    double error = std::numeric_limits<double>::quiet_NaN();  ///< standard error, NaN when not given
  };
  std::optional<Certified> certified;
  std::string unit, description;  ///< for the reader of a report; may be empty
};

/// An input of an equation, a column of its model, that was measured with an error.
struct InputError {
  std::string input;  ///< empty: the equation's only input; of an equation with a constant response, each of its inputs
  std::string sigma;  ///< the standard deviation: the column that holds that of each row, or a number
};

/// A name that stands for an expression.
struct NamedExpression {
  std::string name;
  std::string expression;                   ///< "log(2) / k"
  std::string unit = {}, description = {};  ///< for the reader of a report; may be empty
};

/// One table and the equation that holds on it.
struct DataSet {
  std::string name;      ///< "data" when there is only one
  std::string equation;  ///< "y = b1 * (1 - exp(-b2 * x))"
  std::vector<std::string> columns;
  std::vector<std::vector<double>> values;  ///< one array per column, of equal length
  std::optional<std::string> sigma_column;  ///< the column that holds each row's standard deviation
  /// Where there are any, the residuals are distances from the curve (OrthogonalResiduals), those of the response
  /// having standard deviation 1 where none is given. An equation whose response is a constant holds exactly at the
  /// true inputs.
  std::vector<InputError> input_errors;
  std::string correlation;  ///< of the errors of the only such input and of the response: a column, a number, or empty
  Loss loss;                ///< of each row's residual, divided by its standard deviation
  std::size_t missing_rows = 0;   ///< left out because a value is missing
  std::size_t excluded_rows = 0;  ///< left out by a condition
};

struct CurveFit {
  std::string file;  ///< as given by the user
  std::string title, source;
  std::vector<FitParameter> parameters;
  std::vector<NamedExpression> tied;         ///< parameters that are expressions of others: they follow
  std::vector<NamedExpression> definitions;  ///< names for expressions of columns and parameters, in equations
  std::vector<NamedExpression> derived;      ///< quantities of the parameters whose values and errors are wanted
  std::vector<DataSet> data;
  Noise noise = Noise::estimated;
  bool detect_linear = false;  ///< eliminate every parameter that the equations are found to be affine in
  double certified_residual_sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::string> notes;  ///< what the reader decided that a person should know; sentences
};

/// Reads a problem file by its format: Thalweg (.toml) or NIST StRD (.dat). Throws FileError.
CurveFit read_curve_fit(const std::string& path);
/// The same of the text of the file at `path`, whose extension tells the format.
CurveFit parse_curve_fit(std::string_view text, const std::string& path);

/// The same for text already in memory; `name` stands for the file in messages. Data files beside a
/// TOML text are looked for in `folder`.
CurveFit read_toml(std::string_view text, const std::string& name, const std::string& folder);
CurveFit read_nist(std::string_view text, const std::string& name);

/// Checks a curve fit that was not read from a problem file as strictly as the readers check theirs, and completes what
/// may be left short (one start for all, equal bounds). Throws FileError, without line and column.
CurveFit check_curve_fit(CurveFit fit);

}  // namespace thalweg::inline v0_1
