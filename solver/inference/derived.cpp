#include <thalweg/inference/derived.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

/// ∇gᵀ C ∇g; a parameter that g does not read does not count, whether or not it is determined.
double variance_of(std::span<const double> gradient, const FitStatistics& s) {
  const std::size_t n = s.free.size();
  double variance = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double gi = gradient[static_cast<std::size_t>(s.free[i])],
                   gj = gradient[static_cast<std::size_t>(s.free[j])];
      if (gi != 0.0 && gj != 0.0) variance += gi * s.covariance[i * n + j] * gj;
    }
  return variance < 0.0 ? 0.0 : variance;  // by rounding; NaN stays
}

/// Whether the covariance is that of all parameters with errors that g reads.
bool has_all_covariances(std::span<const double> gradient, const FitStatistics& s) {
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    if (gradient[i] == 0.0 || !(s.parameters[i].standard_error > 0.0)) continue;
    if (std::find(s.free.begin(), s.free.end(), static_cast<int>(i)) == s.free.end()) return false;
  }
  return true;
}

}  // namespace

DerivedStatistics derive(std::string name, double value, std::span<const double> gradient,
                         const FitStatistics& statistics) {
  DerivedStatistics derived{.name = std::move(name), .value = value};
  const FitStatistics& s = statistics;
  if (!std::isfinite(value) || !s.available() || s.covariance.size() != s.free.size() * s.free.size()) return derived;
  if (s.partial_covariance && !has_all_covariances(gradient, s)) return derived;
  const double variance = variance_of(gradient, s);
  if (!std::isfinite(variance)) return derived;
  derived.standard_error = std::sqrt(variance);
  const double half = s.quantile * derived.standard_error;
  derived.lower_interval = value - half;
  derived.upper_interval = value + half;
  return derived;
}

}  // namespace thalweg::inline v0_1
