#include <algorithm>
#include <cmath>

#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {

double scaled_gradient_norm(std::span<const double> D, std::span<const double> g) {
  double squares = 0.0;
  for (std::size_t j = 0; j < g.size(); ++j) squares += g[j] / D[j] * (g[j] / D[j]);
  return std::sqrt(squares);
}

double first_radius(double factor, std::span<const double> D, std::span<const double> x, std::span<const double> g) {
  const double size = std::max(scaled_norm(D, x.data()), scaled_gradient_norm(D, g));
  return factor * (size > 0.0 ? size : 1.0);
}

ProposedStep LengthSearch::find(DampedSystem& linear, std::span<const double> D, double length, double* step) {
  double lower = 0.0;
  double upper = scaled_gradient_norm(D, linear.gradient()) / length;  // at this λ the step is surely no longer
  double lambda = lambda_ > 0.0 && lambda_ < upper ? lambda_ : 1e-3 * upper;
  ProposedStep proposed;
  for (int i = 0; i < 20; ++i) {
    lambda_ = lambda;
    proposed = damped_step(linear, lambda, D, step);
    if (proposed.status != LinearStatus::ok) {
      lower = std::max(lower, lambda);
      lambda = std::max(10.0 * lambda, 1e-3 * upper);
      continue;
    }
    if (std::abs(proposed.scaled_norm - length) <= 0.1 * length) break;
    if (proposed.scaled_norm > length)
      lower = lambda;
    else
      upper = lambda;
    lambda += correction(linear, D, length, step, proposed.scaled_norm);
    if (!(lambda > lower && lambda < upper)) lambda = std::max(1e-3 * upper, std::sqrt(lower * upper));
  }
  return proposed;
}

/// Newton's step on 1/Δ − 1/‖Dδ(λ)‖, by qᵀ(JᵀJ + λD²)⁻¹q with q = D²δ/‖Dδ‖.
double LengthSearch::correction(DampedSystem& linear, std::span<const double> D, double length, const double* step,
                                double scaled) {
  q_.resize(D.size());
  z_.resize(D.size());
  for (std::size_t j = 0; j < D.size(); ++j) q_[j] = D[j] * D[j] * step[j] / scaled;
  if (linear.solve_again(q_.data(), z_.data()) != LinearStatus::ok) return 0.0;
  double slope = 0.0;
  for (std::size_t j = 0; j < D.size(); ++j) slope += q_[j] * z_[j];
  return slope > 0.0 ? (scaled - length) / (length * slope) : 0.0;
}

}  // namespace thalweg::inline v0_1
