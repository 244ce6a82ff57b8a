#include <thalweg/inference/model_selection.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>

namespace thalweg::inline v0_1 {

std::vector<double> akaike_weights(std::span<const double> criterion) {
  double least = std::numeric_limits<double>::infinity();
  for (const double c : criterion)
    if (c < least) least = c;
  std::vector<double> weights;
  double sum = 0.0;
  for (const double c : criterion) {
    weights.push_back(std::isfinite(c) ? std::exp(-0.5 * (c - least)) : 0.0);
    sum += weights.back();
  }
  for (double& w : weights) w = sum > 0.0 ? w / sum : unset;
  return weights;
}

NestedTest nested_test(const FitStatistics& simpler, const FitStatistics& fuller) {
  NestedTest test;
  const bool likelihoods = simpler.likelihood && fuller.likelihood;
  test.chi_squared = fuller.noise == Noise::known || likelihoods;
  test.numerator = simpler.degrees_of_freedom - fuller.degrees_of_freedom;
  test.denominator = test.chi_squared ? 0 : fuller.degrees_of_freedom;
  // Of likelihoods what minus twice their logarithm falls by (Wilks 1938): AIC less what it adds for the parameters.
  const double gain = likelihoods ? simpler.aic - fuller.aic + 2.0 * test.numerator
                                  : simpler.residual_sum_of_squares - fuller.residual_sum_of_squares;
  const bool alike = simpler.loss.empty() && fuller.loss.empty() && simpler.likelihood == fuller.likelihood;
  if (!alike || test.numerator <= 0 || !std::isfinite(gain) || fuller.exact) return test;
  const double least = std::max(gain, 0.0);  // the fuller model is no worse but for where its solve ended
  if (test.chi_squared) {
    test.statistic = least;
    test.probability = cdf(complement(boost::math::chi_squared(test.numerator), least));
    return test;
  }
  if (fuller.degrees_of_freedom <= 0 || !(fuller.residual_sum_of_squares > 0.0)) return test;
  test.statistic = (least / test.numerator) / (fuller.residual_sum_of_squares / test.denominator);
  if (std::isfinite(test.statistic))
    test.probability = cdf(complement(boost::math::fisher_f(test.numerator, test.denominator), test.statistic));
  return test;
}

}  // namespace thalweg::inline v0_1
