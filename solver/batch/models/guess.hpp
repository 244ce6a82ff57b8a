// Starts from the data of one fit.
#pragma once

#include <span>

namespace thalweg::inline v0_1::batch {

/// y(x) = level + height · peak: what stands out from the level on the side where more does.
struct PeakGuess {
  double level = 0.0, height = 0.0;
  /// Of the points beyond half the height: how many, the means of the predictors, their variances and covariance.
  int points = 0;
  double mean[2] = {0.0, 0.0}, variance[2] = {0.0, 0.0}, covariance = 0.0;
  double range[2] = {0.0, 0.0};  ///< of each predictor over all points
};

/// One or two predictors.
PeakGuess guess_peak(std::span<const double* const> x, std::span<const double> y);

/// amplitude · exp(−rate x), by a line through ln |y|, each point weighted with y².
void guess_exponential(std::span<const double> x, std::span<const double> y, double& amplitude, double& rate);
/// The rate of a decay to a level, by the integral of y (Jacquelin 2009, Régressions et équations intégrales).
void guess_decay(std::span<const double> x, std::span<const double> y, double& amplitude, double& rate, double& offset);

}  // namespace thalweg::inline v0_1::batch
