#include "descent.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace sweep {
namespace {

RealVector clamped(const Model& model, RealVector x) {
  for (int j = 0; j < x.size(); ++j) {
    const auto k = static_cast<std::size_t>(j);
    x[j] = std::clamp(x[j], static_cast<Real>(model.lower[k]), static_cast<Real>(model.upper[k]));
  }
  return x;
}

/// The quadratic model at one point, in eigenvector coordinates of the scaled curvature.
struct LocalModel {
  std::vector<int> free;
  RealVector scale;      ///< of the free components: step = scale ∘ (vectors · coordinates)
  RealVector slope;      ///< gradient in those coordinates
  RealVector curvature;  ///< eigenvalues, ascending
  RealMatrix vectors;

  LocalModel(const Model& model, const Evaluation& at, const RealVector& x, const RealVector& sizes,
             CurvatureModel kind) {
    free = free_components(model, x, at.gradient);
    const int n = static_cast<int>(free.size());
    if (n == 0) return;
    scale.resize(n);
    RealVector gradient(n);
    RealMatrix matrix(n, n);
    const RealMatrix full =
        kind == CurvatureModel::exact ? at.hessian : RealMatrix(at.jacobian.transpose() * at.jacobian);
    for (int i = 0; i < n; ++i) {
      const int j = free[static_cast<std::size_t>(i)];
      const Real norm = at.jacobian.col(j).norm();
      scale[i] = norm > 0.0L ? 1.0L / norm : sizes[j];
    }
    for (int i = 0; i < n; ++i) {
      gradient[i] = at.gradient[free[static_cast<std::size_t>(i)]] * scale[i];
      for (int j = 0; j < n; ++j)
        matrix(i, j) = full(free[static_cast<std::size_t>(i)], free[static_cast<std::size_t>(j)]) * scale[i] * scale[j];
    }
    const Eigen::SelfAdjointEigenSolver<RealMatrix> eigen(matrix);
    curvature = eigen.eigenvalues();
    vectors = eigen.eigenvectors();
    slope = vectors.transpose() * gradient;
    // At a saddle the slope along the lowest eigenvector may be nothing but rounding.
    const Real least = curvature[0];
    if (kind == CurvatureModel::exact && least < 0.0L && std::abs(slope[0]) < 1e-6L * slope.norm() + 1e-12L * -least)
      slope[0] = slope[0] < 0.0L ? 1e-4L * least : -1e-4L * least;
  }

  /// No component is longer than `reach` sizes.
  RealVector step(Real damping, Real reach, const RealVector& sizes, Real& predicted) const {
    RealVector y(slope.size());
    for (int i = 0; i < y.size(); ++i) y[i] = -slope[i] / (std::abs(curvature[i]) + damping);
    const RealVector scaled = scale.cwiseProduct(vectors * y);
    RealVector full = RealVector::Zero(sizes.size());
    for (std::size_t i = 0; i < free.size(); ++i) full[free[i]] = scaled[static_cast<int>(i)];
    const Real length = full.cwiseAbs().cwiseQuotient(sizes).maxCoeff();
    const Real part = length > reach ? reach / length : 1.0L;
    predicted = -part * slope.dot(y) - 0.5L * part * part * curvature.dot(y.cwiseAbs2());
    return part * full;
  }
};

}  // namespace

std::vector<int> free_components(const Model& model, const RealVector& x, const RealVector& gradient) {
  std::vector<int> free;
  for (int j = 0; j < x.size(); ++j) {
    const auto k = static_cast<std::size_t>(j);
    if (model.lower[k] == model.upper[k]) continue;
    if (x[j] <= model.lower[k] && gradient[j] >= 0.0L) continue;
    if (x[j] >= model.upper[k] && gradient[j] <= 0.0L) continue;
    free.push_back(j);
  }
  return free;
}

Descent descend(Model& model, const RealVector& x, const RealVector& sizes, Real target, CurvatureModel curvature,
                int iterations) {
  constexpr Real most_damping = 1e30L;
  Descent result{x, 0.0L, false};
  Evaluation at = model.evaluate(x, 2);
  result.cost = at.cost;
  Real damping = 1.0L, reach = 0.1L;
  int slow = 0;
  for (int iteration = 0; iteration < iterations && at.smooth && slow < 12; ++iteration) {
    const LocalModel local(model, at, result.x, sizes, curvature);
    if (local.free.empty() || !local.slope.allFinite() || !local.vectors.allFinite()) break;
    bool accepted = false;
    for (; damping < most_damping; damping *= 5.0L, reach /= 3.0L) {
      Real predicted = 0.0L;
      const RealVector step = local.step(damping, reach, sizes, predicted);
      if (!step.allFinite()) continue;
      const RealVector trial = clamped(model, result.x + step);
      if (trial == result.x) break;
      const Evaluation there = model.evaluate(trial, 0);
      const Real actual = result.cost - there.cost;
      if (!there.finite || !(actual > 0.0L)) continue;
      // Cut steps at a bound have no model to be compared with.
      const bool cut = trial != result.x + step;
      if (!cut && !(actual >= 0.25L * predicted)) continue;
      accepted = true;
      slow = actual < 1e-7L * result.cost ? slow + 1 : 0;
      if (actual > 0.7L * predicted) {
        damping = std::max(damping / 8.0L, 1e-18L);
        reach *= 3.0L;
      }
      result.x = trial;
      result.cost = there.cost;
      break;
    }
    if (!accepted) break;
    if (result.cost <= target) {
      result.reached = true;
      break;
    }
    at = model.evaluate(result.x, 2);
  }
  return result;
}

Descent search_beside(Model& model, const RealVector& x, const RealVector& sizes, Real target) {
  constexpr int random_directions = 24, rounds = 3;
  Descent best{x, model.evaluate(x, 0).cost, false};
  Random random(1, 1);
  const int n = model.parameters();
  for (int round = 0; round < rounds; ++round) {
    const Real before = best.cost;
    for (Real length = 1e-2L; length > 1e-10L; length /= 10.0L)
      for (int d = 0; d < 2 * n + random_directions; ++d) {
        RealVector step = RealVector::Zero(n);
        if (d < 2 * n)
          step[d / 2] = d % 2 == 0 ? 1.0L : -1.0L;
        else
          for (int j = 0; j < n; ++j) step[j] = random.normal();
        Real stretch = length;
        for (;;) {
          const RealVector trial = clamped(model, best.x + stretch * step.cwiseProduct(sizes));
          const Evaluation there = model.evaluate(trial, 0);
          if (!there.finite || !(there.cost < best.cost)) break;
          best.x = trial;
          best.cost = there.cost;
          if (best.cost <= target) return {best.x, best.cost, true};
          if (stretch > length * 1e3L) break;
          stretch *= 2.0L;
        }
      }
    if (!(best.cost < before)) break;
    for (const CurvatureModel curvature : {CurvatureModel::gauss_newton, CurvatureModel::exact}) {
      const Descent further = descend(model, best.x, sizes, target, curvature, 60);
      if (further.cost < best.cost) best = further;
      if (best.reached) return best;
    }
  }
  return best;
}

}  // namespace sweep
