// Regression as a problem file states it, and tables made by a rule.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/regression.hpp>

namespace thalweg::inline v0_1 {

/// A table made by a rule, the same on every machine.
struct GenerateOptions {
  /// spirals: `classes` arms in the plane, one turn each from the radius 0.05 to 1;   noise: of both coordinates
  /// sine: y = sin(x), x even on [−π, π];                                             noise: of y
  /// blobs: normal clouds of deviation `noise` about random centres in [−1, 1]^inputs, one per class
  /// logistic: standard normal inputs, y = 1 with probability 1/(1 + e^{−s}), s = ½ + Σ ±xⱼ;   noise: added to s
  std::string what;
  std::int64_t samples = 200;
  double noise = 0.1;  ///< standard deviation
  int classes = 2;
  int inputs = 2;
  std::uint64_t seed = 1;
};
/// Throws Error for an unknown rule, and for numbers that make no table.
RegressionData generate(const GenerateOptions& options);

struct RegressionFit {
  std::string file;  ///< as given by the user
  std::string title, source;
  RegressionOptions model;
  RegressionData data;

  std::vector<NamedExpression> constraints;  ///< on coefficients in the user's units; "x1 + x2 = 1"

  struct Split {
    double validation = 0.2;  ///< part of the rows
    std::uint64_t seed = 1;
  };
  std::optional<Split> split;

  struct Choice {
    int folds = 5;
    std::vector<double> l2, l1;  ///< penalties to choose from: one of the two lists
    std::uint64_t seed = 1;
    /// The models to compare: that of the file, its penalty replaced.
    std::vector<RegressionOptions> candidates(const RegressionOptions& model) const;
  };
  std::optional<Choice> cross_validation;

  /// Defaults of first-order training; unset ones are NaN or 0.
  struct Training {
    std::int64_t batch_size = 0, epochs = 0;
    double rate = std::numeric_limits<double>::quiet_NaN();
    int patience = 0;
  } training;

  struct Certified {
    std::string parameter;
    double value = 0.0;
    double error = std::numeric_limits<double>::quiet_NaN();  ///< standard error, NaN when not given
  };
  std::vector<Certified> certified;  ///< of linear models, in the user's units
  double certified_residual_sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  std::size_t missing_rows = 0, excluded_rows = 0;  ///< left out because a value is missing, or by a condition
  std::vector<std::string> notes;                   ///< what the reader decided about the table
};

/// Reads a problem file that holds [regression]. `name` stands for the file in messages; data files beside it are
/// looked for in `folder`. Throws FileError.
RegressionFit read_regression(std::string_view text, const std::string& name, const std::string& folder);

/// Reads any problem file: a TOML file with [regression] is a regression, all else a curve fit. Throws FileError.
std::variant<CurveFit, RegressionFit> read_problem(const std::string& path);

}  // namespace thalweg::inline v0_1
