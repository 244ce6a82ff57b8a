// A curve-fitting problem as read from a file: names, numbers and formulas, checked but not yet a
// Problem.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/io/file_error.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/models/ode.hpp>
#include <thalweg/problem/error_covariance.hpp>
#include <thalweg/problem/noise.hpp>

namespace thalweg::inline v0_1 {

/// One fit parameter.
struct FitParameter {
  std::string name;
  std::vector<double> starts;  ///< at least one; --start K takes the K-th
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  bool fixed = false;                                        ///< kept at its start
  bool per_group = false;                                    ///< each group of rows has a value of its own
  std::vector<std::pair<std::string, double>> group_starts;  ///< of some groups, in the place of `starts`
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

/// Errors of successive rows that are correlated (first-order autoregressive): by φ = `correlation` at a distance of 1,
/// by φ^|t − t'| at any other.
struct Autocorrelation {
  double correlation = 0.0;  ///< −1 < φ < 1; not below 0 with `at`
  std::string at;            ///< the column that holds t, increasing; empty: the number of the row
};

/// An input of an equation, a column of its model, that was measured with an error.
struct InputError {
  std::string input;  ///< empty: the equation's only input; of an equation with a constant response, each of its inputs
  std::string sigma;  ///< the standard deviation of each row, as DataSet::sigma is written
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
  std::vector<std::string> labels;          ///< of each column: its name in its table; empty: as `columns`
  std::string group_column;                 ///< whose text tells the group of each row; empty: the set has no groups
  std::vector<int> group;                   ///< of each row, an index into CurveFit::groups; empty: it has no groups
  /// The standard deviation of each row, positive, as written: a column's name, a number, or a formula of columns such
  /// as "0.02*y + 0.1" (a column's own name goes first). Empty: none. row_deviations() evaluates it.
  std::string sigma;
  std::string weights;  ///< the factor of each row's r², likewise: sigma = 1/√weight; not beside sigma
  /// Of the rows' errors, as many as rows; not beside sigma or weights. Null: they are independent.
  std::shared_ptr<const ErrorCovariance> covariance;
  std::optional<Autocorrelation> autocorrelation;  ///< beside sigma or weights, not beside a covariance
  bool counts = false;  ///< the response is a Poisson count, whose mean is the model: fitted by maximum likelihood
  /// Where there are any, the residuals are distances from the curve (OrthogonalResiduals), those of the response
  /// having standard deviation 1 where none is given. An equation whose response is a constant holds exactly at the
  /// true inputs.
  std::vector<InputError> input_errors;
  std::string correlation;          ///< of the errors of the only such input and of the response: likewise, or empty
  Loss loss;                        ///< of each row's residual, divided by its standard deviation
  std::vector<OdeInitial> initial;  ///< initial values of states that differ in this data set
  std::size_t missing_rows = 0;     ///< left out because a value is missing
  std::size_t excluded_rows = 0;    ///< left out by a condition, or by a weight of 0
};

struct CurveFit {
  std::string file;  ///< as given by the user
  std::string title, source;
  std::vector<FitParameter> parameters;
  std::vector<NamedExpression> tied;         ///< parameters that are expressions of others: they follow
  std::vector<NamedExpression> definitions;  ///< names for expressions of columns and parameters, in equations
  std::vector<NamedExpression> derived;      ///< quantities of the parameters whose values and errors are wanted
  /// Conditions on the parameters: "a + b = 1", "a < b" (which a = b satisfies). build_problem() makes Constraints of
  /// them.
  std::vector<NamedExpression> constraints;
  std::vector<DataSet> data;
  std::optional<OdeSystem> ode;     ///< whose states equations may name
  std::vector<std::string> groups;  ///< names of the groups of rows, of all data sets together
  Noise noise = Noise::estimated;   ///< known where a data set has counts
  /// The noise that is estimated has a factor for each data set, not one for all. build_problem() leaves it to
  /// solve_with_noise_scales() of thalweg/minimize/noise_scales.hpp.
  bool scale_per_data_set = false;
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
