// The fitted model on rows of any kind, and how far to trust it.
#pragma once

#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1::studies {

/// The columns that the model reads, itself and through definitions, by their place in the data set.
std::vector<std::size_t> inputs_of(const CurveFit& fit, const DataSet& data, const Equation& equation);

/// The response's text, without blanks around it.
std::string response_of(const Equation& equation);

/// The values of a model without response (model_on) at the parameters x, and their standard errors √(∇f C ∇fᵀ), C the
/// covariance of `s`; those are empty where there is no covariance or no interval, NaN where a parameter that takes
/// part is not determined.
struct CurveBand {
  std::vector<double> value, standard_error;
};
CurveBand band_of(const CurveModel& model, const std::vector<double>& x, const FitStatistics& s);

/// f ± t √(error² + σ²), σ the standard deviation of a measurement, of each row or of all; empty σ: 0. Nothing is added
/// where there are no errors.
void add_band(const CurveBand& band, double t, const std::vector<double>& sigma, std::vector<double>& lower,
              std::vector<double>& upper);

}  // namespace thalweg::inline v0_1::studies
