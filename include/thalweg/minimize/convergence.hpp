// The convergence tests, as pure functions of what was measured.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace thalweg::inline v0_1::convergence {

/// ‖Π(x − g) − x‖∞ with Π the projection on [lower, upper]: the gradient, less what pushes against a bound
/// (Conn, Gould & Toint 2000, section 12.1.4).
inline double projected_gradient_norm(std::span<const double> x, std::span<const double> g,
                                      std::span<const double> lower, std::span<const double> upper) {
  double norm = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    // Comparing g with the room left avoids the rounding of (x − g) − x.
    const double step = std::clamp(-g[j], lower[j] - x[j], upper[j] - x[j]);
    norm = std::max(norm, std::abs(step));
  }
  return norm;
}

inline bool gradient_small(double projected_norm, double tolerance) { return projected_norm <= tolerance; }

/// Both actual and predicted decrease are ≤ tolerance · cost.
inline bool decrease_small(double actual, double predicted, double cost, double tolerance) {
  return std::abs(actual) <= tolerance * cost && predicted <= tolerance * cost;
}

/// What the model promises and what came of it are both below the rounding of the cost.
inline bool decrease_invisible(double actual, double predicted, double cost) {
  return decrease_small(actual, std::abs(predicted), cost, 16.0 * std::numeric_limits<double>::epsilon());
}

/// The step is small beside the point, both measured by the scaling D.
inline bool step_small(double scaled_step, double scaled_point, double tolerance) {
  return scaled_step <= tolerance * scaled_point;
}

/// Cosine of the angle between r and the steepest column of J: max |Jⱼᵀr| / (‖Jⱼ‖‖r‖). Free of units; zero at a
/// stationary point, of the order of the rounding error where no further progress is possible.
inline double gradient_cosine(std::span<const double> g, std::span<const double> column_norms, double residual_norm) {
  double cosine = 0.0;
  for (std::size_t j = 0; j < g.size(); ++j)
    if (column_norms[j] > 0.0 && residual_norm > 0.0)
      cosine = std::max(cosine, std::abs(g[j]) / (column_norms[j] * residual_norm));
  return cosine;
}

/// The gradient of F without its units, components that are held left out. Where a scale D is known (of a sum of
/// squares Dⱼ = ‖Jⱼ‖): max |gⱼ| / (Dⱼ √(2F)), the cosine above. Without one, D empty: max |gⱼ| max(|xⱼ|, 1) / max(|F|,
/// 1) (Dennis & Schnabel 1983, section 7.2).
inline double relative_gradient(std::span<const double> x, std::span<const double> g, std::span<const char> held,
                                std::span<const double> D, double value) {
  double largest = 0.0;
  for (std::size_t j = 0; j < g.size(); ++j) {
    if (held[j] || g[j] == 0.0) continue;
    largest = std::max(largest, std::abs(g[j]) * (D.empty() ? std::max(std::abs(x[j]), 1.0) : 1.0 / D[j]));
  }
  const double beside = D.empty() ? std::max(std::abs(value), 1.0) : std::sqrt(2.0 * value);
  return largest > 0.0 ? largest / beside : 0.0;
}

/// How many digits of `value` agree with a reference: −log₁₀ of the relative error, of the absolute one where the
/// reference is 0; between 0 and 11, as many as NIST certifies. NaN agrees to none.
inline double agreeing_digits(double value, double reference) {
  constexpr double most = 11.0;
  const double error = std::abs(value - reference) / (reference == 0.0 ? 1.0 : std::abs(reference));
  if (std::isnan(error)) return 0.0;
  return error == 0.0 ? most : std::clamp(-std::log10(error), 0.0, most);
}

}  // namespace thalweg::inline v0_1::convergence
