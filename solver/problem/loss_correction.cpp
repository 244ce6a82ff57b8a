#include <problem/loss_correction.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace thalweg::inline v0_1 {
namespace {

/// ‖r‖² of item i.
double square(double* const* residual, int dimension, std::int64_t i) {
  double s = 0.0;
  for (int k = 0; k < dimension; ++k) s += residual[k][i] * residual[k][i];
  return s;
}

}  // namespace

LossCorrection loss_correction(const Loss::Value& rho, double s, double least_curvature) {
  const double root = std::sqrt(rho.first);
  if (!(rho.first > 0.0) || s == 0.0) return {root, root, 0.0, 2.0 * rho.second};
  const double bend = 2.0 * (rho.second / rho.first);
  const double across = 1.0 + s * bend;  // D
  const double D = std::max(across, least_curvature), d = std::sqrt(D);
  if (D == across) return {root / d, root, -bend / (1.0 + d), 0.0};
  return {root / d, root, (1.0 - d) / s, 2.0 * rho.second + rho.first * (1.0 - D) / s};
}

double apply_loss(const Loss& loss, std::int64_t n, int dimension, int columns, double* const* residual,
                  double* const* jacobian, double least_curvature) {
  double total = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double s = square(residual, dimension, i);
    if (!std::isfinite(s)) {
      total += s;
      continue;
    }
    const Loss::Value rho = loss(s);
    total += rho.rho;
    const LossCorrection c = loss_correction(rho, s, least_curvature);
    for (int j = 0; j < columns; ++j) {
      if (!jacobian[j]) continue;  // a constant column is null for every component
      double along = 0.0;
      for (int k = 0; k < dimension; ++k) along += residual[k][i] * jacobian[k * columns + j][i];
      for (int k = 0; k < dimension; ++k) {
        double& entry = jacobian[k * columns + j][i];
        entry = c.jacobian * (entry - c.along * residual[k][i] * along);
      }
    }
    for (int k = 0; k < dimension; ++k) residual[k][i] *= c.residual;
  }
  return total;
}

void add_robust_curvature(const ResidualGroup& group, const Loss& loss, const double* x, std::int64_t begin,
                          std::int64_t end, double* S) {
  const int dimension = group.dimension(), columns = group.columns();
  const std::int64_t n = end - begin;
  std::vector<double> storage(static_cast<std::size_t>(dimension * (1 + columns) * n));
  std::vector<double*> r, J;
  for (int k = 0; k < dimension; ++k) r.push_back(storage.data() + k * n);
  for (int c = 0; c < dimension * columns; ++c) J.push_back(storage.data() + (dimension + c) * n);
  group.evaluate(x, {begin, end, r.data(), J.data()});

  std::vector<double> along(static_cast<std::size_t>(columns));  // Jᵀr
  for (std::int64_t i = 0; i < n; ++i) {
    const double s = square(r.data(), dimension, i);
    const Loss::Value rho = loss(s);
    if (const double left_out = loss_correction(rho, s).left_out; left_out != 0.0) {
      std::fill(along.begin(), along.end(), 0.0);
      for (int k = 0; k < dimension; ++k)
        for (int c = 0; c < columns; ++c)
          along[static_cast<std::size_t>(c)] +=
              r[static_cast<std::size_t>(k)][i] * J[static_cast<std::size_t>(k * columns + c)][i];
      for (std::size_t a = 0; a < along.size(); ++a)
        for (std::size_t b = 0; b < along.size(); ++b) S[a * along.size() + b] += left_out * along[a] * along[b];
    }
    for (int k = 0; k < dimension; ++k) r[static_cast<std::size_t>(k)][i] *= rho.first;
  }
  group.add_curvature(x, begin, end, r.data(), S);
}

}  // namespace thalweg::inline v0_1
