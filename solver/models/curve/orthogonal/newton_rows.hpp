// Newton's full steps to the foot points of many rows with one uncertain input, side by side. Private.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace thalweg::inline v0_1::orthogonal {

/// The method of FootPoint<1> as long as each full step lowers the distance enough; a row for which one does not is
/// called irregular and left to FootPoint. Its numbers are arrays over rows, and each step one loop without branches:
/// the compiler makes vector instructions of it.
template <std::size_t Rows, std::size_t Padding>
class NewtonRows {
 public:
  /// Of the measured rows: the input and its standard deviation, σ², and a deviation that is rounding.
  std::array<double, Rows> measured, scale, variance, rounding;
  /// Inputs where evaluations are wanted, and at the end those of the foot points.
  std::array<double, Rows + Padding> z;
  /// What f − y is there, and its derivatives by z.
  std::array<double, Rows> value, slope, second;
  /// Of a found row: what f − y is at the foot point, its derivatives by u = (z − measured) / scale, and u.
  std::array<double, Rows> g, a, H, u;
  /// FootPoint's normal() and distance(), after finish().
  std::array<double, Rows> normal, distance;
  bool is_found(std::size_t i) const { return state_[i] == found; }

  /// Begins with `rows` of them at the measured inputs.
  void start(std::size_t rows) {
    blocks_ = (rows + width - 1) / width;
    for (std::size_t i = 0; i < width * blocks_; ++i) {
      z[i] = measured[i];
      u[i] = promise_[i] = 0.0;
      sum_[i] = std::numeric_limits<double>::infinity();
      state_[i] = live;
    }
    for (std::size_t i = rows; i < width * blocks_; ++i) state_[i] = irregular;
    for (std::size_t i = rows; i < rows + Padding; ++i) z[i] = measured[rows - 1];
  }

  /// Takes the evaluations. Returns whether others are wanted.
  bool take() {
    std::array<double, width> wanted{};
    for (std::size_t block = 0; block < blocks_; ++block)
      for (std::size_t lane = 0; lane < width; ++lane) wanted[lane] += take(block * width + lane);
    return std::accumulate(wanted.begin(), wanted.end(), 0.0) > 0.0;
  }
  void finish() {
    for (std::size_t i = 0; i < width * blocks_; ++i) {
      const double squares = variance[i] + a[i] * a[i];
      normal[i] = std::sqrt(std::max(squares, std::numeric_limits<double>::min()));
      distance[i] = (g[i] - a[i] * u[i]) / normal[i];
    }
  }

 private:
  static constexpr std::size_t width = 8;  // doubles of the widest register
  static_assert(Rows % width == 0);
  static constexpr double live = 1.0, found = 0.0, irregular = -1.0;
  // Those of FootPoint; of lengths the squares are compared.
  static constexpr double sufficient = 1e-4, least_bend = 1e-6, longest_step = 4.0, last_step = 1e-12;

  std::array<double, Rows> sum_, promise_, state_;
  std::size_t blocks_ = 0;

  /// For one input the step is δ = −(σ²u + ag) / (σ²B + a²), B = 1 + λH, and 2σ² times the sum to be lowered σ²u² + g².
  /// Returns 1 where another evaluation is wanted.
  double take(std::size_t i) {
    const double L = scale[i], s2 = variance[i], at = u[i], gi = value[i], ai = L * slope[i], Hi = L * L * second[i];
    const double inverse = 1.0 / (s2 + ai * ai), sum = s2 * at * at + gi * gi, gradient = s2 * at + ai * gi;
    const double B = 1.0 + (gi - ai * at) * inverse * Hi;
    const double step = -gradient / (s2 * B + ai * ai);
    const double size = at * at + gi * gi * inverse, length = step * step;
    const bool near = length <= last_step * size + rounding[i] * rounding[i];
    const bool fine = (sum <= sum_[i] - sufficient * promise_[i]) & (B > least_bend) & (length <= longest_step * size);
    const bool was_live = state_[i] == live, taken = was_live & fine;
    // The last step is so short that the parabola through the point before it has the values at its end.
    const double along = near ? step : 0.0;
    g[i] = taken ? gi + along * (ai + 0.5 * along * Hi) : g[i];
    a[i] = taken ? ai + along * Hi : a[i];
    H[i] = taken ? Hi : H[i];
    u[i] = taken ? at + step : at;
    z[i] = measured[i] + L * u[i];
    sum_[i] = sum;
    promise_[i] = 2.0 * std::abs(step * gradient);
    const double next = near ? found : live, reached = fine ? next : irregular, state = was_live ? reached : state_[i];
    state_[i] = state;
    return state > 0.0 ? 1.0 : 0.0;
  }
};

}  // namespace thalweg::inline v0_1::orthogonal
