#include "inference/fit_quality.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/distributions/chi_squared.hpp>

namespace thalweg::inline v0_1 {

namespace {

/// All criteria, from minus two log likelihoods, with k parameters and m data.
void set_criteria(double minus_two_log_likelihood, double k, double m, FitStatistics& s) {
  s.aic = minus_two_log_likelihood + 2.0 * k;
  s.bic = minus_two_log_likelihood + std::log(m) * k;
  if (m > k + 1.0) s.aicc = s.aic + 2.0 * k * (k + 1.0) / (m - k - 1.0);
}

}  // namespace

double norm(std::span<const double> v) {
  double largest = 0.0, sum = 0.0;
  for (const double each : v) largest = std::max(largest, std::abs(each));
  if (!(largest > 0.0 && std::isfinite(largest))) return largest;
  for (const double each : v) sum += (each / largest) * (each / largest);
  return largest * std::sqrt(sum);
}

std::vector<double> standardized(const Problem& problem, std::span<const double> values) {
  std::vector<double> result;
  for (const auto& group : problem.groups()) {
    const auto items = static_cast<std::size_t>(group->items()), d = static_cast<std::size_t>(group->dimension());
    if (result.size() == values.size()) break;
    const std::size_t from = result.size(), n = std::min(values.size() - from, items * d);
    std::vector<double> component(items);
    result.resize(from + n);
    for (std::size_t k = 0; k < d; ++k) {
      std::fill(component.begin(), component.end(), 0.0);
      for (std::size_t i = 0; i * d + k < n; ++i) component[i] = values[from + i * d + k];
      group->standardize(component.data());
      for (std::size_t i = 0; i * d + k < n; ++i) result[from + i * d + k] = component[i];
    }
  }
  return result;
}

double r_squared(const Problem& problem, double left, std::span<const double> response) {
  const std::size_t m = response.size();
  if (m == 0 || static_cast<std::int64_t>(m) > problem.residual_count()) return unset;
  const std::vector<double> one = standardized(problem, std::vector<double>(m, 1.0)),
                            y = standardized(problem, response);
  double heaviest = 0.0;
  for (const double w : one) heaviest = std::max(heaviest, std::abs(w));
  double weights = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < m; ++i) {
    weights += (one[i] / heaviest) * (one[i] / heaviest);
    sum += (one[i] / heaviest) * (y[i] / heaviest);
  }
  std::vector<double> about_mean(response.begin(), response.end());
  for (double& v : about_mean) v -= sum / weights;
  const double total = norm(standardized(problem, about_mean));
  return total > 0.0 ? 1.0 - std::pow(left / total, 2) : unset;
}

void set_information_criteria(const Problem& problem, double m, double size, double rank, FitStatistics& s) {
  double log_variances = 0.0;
  for (const auto& group : problem.groups()) log_variances += group->dimension() * group->log_determinant();
  const double two_pi = 2.0 * std::numbers::pi, rss = s.residual_sum_of_squares;
  const bool known = s.noise == Noise::known;
  if (!known && (s.exact || !(size > 0.0))) return;  // an exact fit: the likelihood has no bound
  const double minus_two_log_likelihood =
      log_variances + (known ? rss + m * std::log(two_pi) : m * (std::log(two_pi / m) + 2.0 * std::log(size) + 1.0));
  const double k = rank + (known ? 0.0 : 1.0);
  set_criteria(minus_two_log_likelihood, k, m, s);
}

void set_likelihood_criteria(const Program& program, const std::vector<double>& x, double rank, FitStatistics& s) {
  double samples = 0.0, saturated = 0.0;
  bool counts = true;
  for (const auto& group : program.problem().groups()) {
    if (!group->has_cost()) return;
    samples += static_cast<double>(group->items());
    saturated += group->saturated_cost().value_or(0.0);
    counts = counts && group->saturated_cost().has_value();
  }
  AlignedArray residual(program.rows());
  const double minus_two_log_likelihood = 2.0 * (program.evaluate(x.data(), residual.data(), 1) + saturated);
  set_criteria(minus_two_log_likelihood, rank, samples, s);
  if (counts && s.degrees_of_freedom > 0)
    s.chi_squared_probability =
        cdf(complement(boost::math::chi_squared(s.degrees_of_freedom), s.residual_sum_of_squares));
}

}  // namespace thalweg::inline v0_1
