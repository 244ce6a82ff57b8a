// What there is to say about a regression beside its coefficients.
#pragma once

#include <cstdint>
#include <string>
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

struct RegressionSummary {
  std::string model;                 ///< "softmax regression: 4 inputs, standardised; l2 = 1"
  std::vector<std::string> classes;  ///< empty: a number is predicted
  std::vector<RegressionQuality> quality;
  std::string penalty;  ///< "l2" or "l1" when cross-validation chose it
  int folds = 0;
  std::vector<PenaltyTrial> cross_validation;
  std::int64_t weights = 0, zero_weights = 0;  ///< intercepts apart; of an l1 penalty
};

Section section_of(const RegressionSummary& regression);

}  // namespace thalweg::inline v0_1
