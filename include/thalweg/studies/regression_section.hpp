// What there is to say about a regression beside its coefficients.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/report/section.hpp>

namespace thalweg::inline v0_1 {

/// How well the model does on some of the samples.
struct RegressionQuality {
  std::string name;  ///< "training", "validation"
  std::int64_t samples = 0;
  double mean_loss = unset;             ///< per sample, without penalties and label smoothing
  double accuracy = unset;              ///< of classes: how many are right, 0 … 1
  double r_squared = unset;             ///< of numbers
  std::vector<std::int64_t> confusion;  ///< K × K, row: the true class, column: the predicted one; empty for numbers
};

/// One penalty of a cross-validation.
struct PenaltyTrial {
  double penalty = 0.0;
  double mean_loss = unset;       ///< of the samples left out, over all folds
  double standard_error = unset;  ///< of that mean, from fold to fold
  bool chosen = false;
};

/// What is drawn of a classifier: its samples, and over two inputs the regions of its classes, over one input their
/// probabilities.
struct ClassPicture {
  std::vector<std::string> inputs;    ///< the one or two that are drawn
  std::vector<std::string> held;      ///< the others, at their means in the regions
  std::vector<std::string> classes;   ///< names
  std::vector<double> x, y;           ///< of each sample; y is empty with one input
  std::vector<int> truth, predicted;  ///< class of each sample; the prediction is that of all its inputs
  std::array<double, 2> lower{}, upper{};
  int columns = 0, rows = 0;                ///< nodes of a grid over the plane, `lower` the first and `upper` the last
  std::vector<std::vector<double>> margin;  ///< of each class on that grid, row by row: > 0 where it is predicted
  std::vector<double> grid;                 ///< of one input
  std::vector<std::vector<double>> probability;  ///< of each class along it
  std::vector<double> band_lower, band_upper;    ///< pointwise confidence band of the second of two; or empty
  double level = 0.95;                           ///< of the band
};

struct RegressionSummary {
  std::string model;                 ///< "softmax regression: 4 inputs, standardised; l2 = 1"
  std::vector<std::string> classes;  ///< empty: a number is predicted
  std::vector<RegressionQuality> quality;
  std::string penalty;  ///< "l2" or "l1" when cross-validation chose it
  int folds = 0;
  std::vector<PenaltyTrial> cross_validation;
  std::int64_t weights = 0, zero_weights = 0;  ///< intercepts apart; of an l1 penalty
  /// Names and values of the others, the largest first, as the penalty sees them.
  std::vector<std::pair<std::string, double>> other_weights;
  bool standardised = false;            ///< the weights are those of inputs divided by their standard deviations
  std::optional<ClassPicture> picture;  ///< for the page; when one is asked for
};

Section section_of(const RegressionSummary& regression);

}  // namespace thalweg::inline v0_1
