// Hager's estimate of a condition number, with Higham's second guess.
#include <cmath>
#include <limits>

#include <linear/direct/factorization.hpp>

namespace thalweg::inline v0_1::direct {
namespace {

constexpr int most_iterations = 5;

}  // namespace

double condition_estimate(const Factorization& factors) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::int64_t n = factors.core_size();
  if (n == 0) return 1.0;
  // ‖C⁻¹‖₁ is the largest ‖C⁻¹x‖₁ over the unit vectors, a convex function: uphill along its subgradient Cᵀ⁻¹ sign(y).
  Vector x = Vector::Constant(n, 1.0 / static_cast<double>(n));
  double estimate = 0.0;
  Eigen::Index last = -1;
  for (int k = 0; k < most_iterations; ++k) {
    const Vector y = factors.core_solve(x);
    const double norm = y.lpNorm<1>();
    if (!std::isfinite(norm)) return infinity;
    if (k > 0 && norm <= estimate) break;
    estimate = norm;
    const Vector z = factors.core_solve_transposed(y.unaryExpr([](double v) { return v >= 0.0 ? 1.0 : -1.0; }));
    Eigen::Index largest = 0;
    const double steepest = z.cwiseAbs().maxCoeff(&largest);
    if (!std::isfinite(steepest)) return infinity;
    if (largest == last || (k > 0 && steepest <= z.dot(x))) break;
    last = largest;
    x.setZero();
    x(largest) = 1.0;
  }
  // A vector whose signs alternate catches the matrices that the walk is blind to.
  for (Eigen::Index i = 0; i < n; ++i)
    x(i) = (i % 2 == 0 ? 1.0 : -1.0) * (1.0 + (n > 1 ? static_cast<double>(i) / static_cast<double>(n - 1) : 0.0));
  const double other = 2.0 * factors.core_solve(x).lpNorm<1>() / (3.0 * static_cast<double>(n));
  return factors.core_norm() * std::max(estimate, other);
}

}  // namespace thalweg::inline v0_1::direct
