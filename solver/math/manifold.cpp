#include <thalweg/math/manifold.hpp>

#include <cstdio>
#include <limits>
#include <numbers>

#include "math/dense_decompositions.hpp"

namespace thalweg::inline v0_1 {
namespace detail {

std::string short_number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", v);
  return text;
}

std::string settle_finite(std::span<const double> x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]))
      return "number " + std::to_string(i) + " is " + (std::isnan(x[i]) ? "nan" : short_number(x[i])) +
             "; expected a finite number";
  return {};
}

std::string settle_unit(std::span<double> q, const char* what) {
  double squares = 0.0;
  for (const double v : q) squares += v * v;
  const double length = std::sqrt(squares);
  if (!(std::abs(length - 1.0) <= unit_tolerance))
    return std::string("its ") + what + " has length " + short_number(length) + "; expected 1, within 0.001";
  if (std::abs(squares - 1.0) <= 4.0 * std::numeric_limits<double>::epsilon()) return {};  // x ⊞ 0 is x, bit for bit
  for (double& v : q) v /= length;
  return {};
}

double settled_angle(double angle) {
  return std::abs(angle) <= std::numbers::pi ? angle : std::remainder(angle, 2.0 * std::numbers::pi);
}

}  // namespace detail

// Both ∂(x ⊞ δ)/∂δ at δ, P, and the columns C at y span the tangent plane at y: C T = P, by normal equations of
// columns that are never near to dependent.
void Manifold::transition(const double* x, const double* delta, const double* y, double* T) const {
  const int m = ambient_dimension(), n = tangent_dimension();
  Eigen::MatrixXd C(m, n), P(m, n);
  columns(y, C.data());
  plus_jacobian(x, delta, P.data());
  Eigen::Map<Eigen::MatrixXd>(T, n, n) = (C.transpose() * C).ldlt().solve(C.transpose() * P);
}

}  // namespace thalweg::inline v0_1
