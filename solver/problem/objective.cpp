#include <thalweg/problem/objective.hpp>

#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

// Of a central difference of the gradient: truncation h², rounding ε/h.
const double relative_step = std::cbrt(std::numeric_limits<double>::epsilon());

double norm(std::span<const double> v) {
  double squares = 0.0;
  for (const double a : v) squares += a * a;
  return std::sqrt(squares);
}

}  // namespace

void Objective::hessian(std::span<const double> x, std::span<double> H) const {
  const std::size_t n = x.size();
  std::vector<double> direction(n);
  for (std::size_t i = 0; i < n; ++i) {
    direction[i] = 1.0;
    hessian_product(x, direction, H.subspan(i * n, n));
    direction[i] = 0.0;
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) H[i * n + j] = H[j * n + i] = 0.5 * (H[i * n + j] + H[j * n + i]);
}

void Objective::hessian_product(std::span<const double> x, std::span<const double> v, std::span<double> Hv) const {
  const std::size_t n = x.size();
  const double length = norm(v);
  if (length == 0.0) {
    std::fill(Hv.begin(), Hv.end(), 0.0);
    return;
  }
  // Along one axis the step is relative to that coordinate; along a mixture, to the whole point.
  double size = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    if (v[i] != 0.0) size = std::max(size, std::abs(x[i]));
  const double h = relative_step * (size > 0.0 ? size : 1.0) / length;
  std::vector<double> moved(n), below(n);
  const auto gradient_at = [&](double step, std::span<double> g) {
    for (std::size_t i = 0; i < n; ++i) moved[i] = x[i] + step * v[i];
    gradient(moved, g);
  };
  gradient_at(-h, below);
  gradient_at(h, Hv);
  for (std::size_t i = 0; i < n; ++i) Hv[i] = (Hv[i] - below[i]) / (2.0 * h);
}

}  // namespace thalweg::inline v0_1
