// What is drawn of a fit, beside its numbers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1 {

/// One data set of a curve fit.
struct FitPanel {
  std::string name, input, response;  ///< of the data set, of x and of y; input empty: there is not exactly one
  /// Of each row. `x` is empty without exactly one input; `sigma` where none is given. The residual is fitted − y,
  /// divided by sigma.
  std::vector<double> x, y, sigma, fitted, residual;
  /// The fitted curve on a grid of x, and its pointwise confidence band f ± t √(∇f C ∇fᵀ), C the covariance of the
  /// parameters; all empty without exactly one input, the band's also without a covariance. The prediction band
  /// f ± t √(∇f C ∇fᵀ + s²), where a further measurement lies, is there where no sigma is given.
  std::vector<double> grid, curve, lower, upper, prediction_lower, prediction_upper;
  std::string input_label, response_label;  ///< as the table has them, with units; empty: as input and response
};

struct FitPicture {
  std::vector<FitPanel> panels;
  double level = 0.95;  ///< of the bands
};

/// What it takes to repeat a run: label and value, such as {"command", "thalweg solve ..."}, {"version", "0.1.0"}.
using Provenance = std::vector<std::pair<std::string, std::string>>;

}  // namespace thalweg::inline v0_1
