#include "inference/fit_quality.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

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

double r_squared(const std::vector<double>& residual, const std::vector<double>& inverse_sigma,
                 std::span<const double> response) {
  const std::size_t m = response.size();
  if (m == 0 || m > residual.size()) return unset;
  const double heaviest =
      *std::max_element(inverse_sigma.begin(), inverse_sigma.begin() + static_cast<std::ptrdiff_t>(m));
  double weights = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < m; ++i) {
    const double weight = std::pow(inverse_sigma[i] / heaviest, 2);
    weights += weight;
    sum += weight * response[i];
  }
  std::vector<double> about_mean(m);
  for (std::size_t i = 0; i < m; ++i) about_mean[i] = (response[i] - sum / weights) * inverse_sigma[i];
  const double left = norm(std::span(residual).first(m)), total = norm(about_mean);
  return total > 0.0 ? 1.0 - std::pow(left / total, 2) : unset;
}

void set_information_criteria(double m, double size, double rank, const std::vector<double>& inverse_sigma,
                              FitStatistics& s) {
  double log_variances = 0.0;
  for (const double v : inverse_sigma) log_variances -= 2.0 * std::log(v);
  const double two_pi = 2.0 * std::numbers::pi, rss = s.residual_sum_of_squares;
  const bool known = s.noise == Noise::known;
  if (!known && (s.exact || !(size > 0.0))) return;  // an exact fit: the likelihood has no bound
  const double minus_two_log_likelihood =
      log_variances + (known ? rss + m * std::log(two_pi) : m * (std::log(two_pi / m) + 2.0 * std::log(size) + 1.0));
  const double k = rank + (known ? 0.0 : 1.0);
  set_criteria(minus_two_log_likelihood, k, m, s);
}

void set_likelihood_criteria(const Program& program, const std::vector<double>& x, double rank, FitStatistics& s) {
  double samples = 0.0;
  for (const auto& group : program.problem().groups()) {
    if (!group->has_cost()) return;
    samples += static_cast<double>(group->items());
  }
  AlignedArray residual(program.rows());
  set_criteria(2.0 * program.evaluate(x.data(), residual.data(), 1), rank, samples, s);
}

}  // namespace thalweg::inline v0_1
