// Two valleys, as functions generic in their scalar; Σr², without the ½.
#pragma once

namespace valleys {

/// Rosenbrock 1960; the minimum is 0 at (1, 1).
inline constexpr auto rosenbrock = [](const auto& x) {
  const auto a = x[1] - x[0] * x[0], b = 1.0 - x[0];
  return 100.0 * a * a + b * b;
};
/// Beale 1958; the minimum is 0 at (3, ½).
inline constexpr auto beale = [](const auto& x) {
  const auto a = 1.5 - x[0] + x[0] * x[1], b = 2.25 - x[0] + x[0] * x[1] * x[1],
             c = 2.625 - x[0] + x[0] * x[1] * x[1] * x[1];
  return a * a + b * b + c * c;
};

}  // namespace valleys
