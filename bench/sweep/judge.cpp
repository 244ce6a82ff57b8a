#include "judge.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "descent.hpp"

namespace sweep {
namespace {

/// A smaller fall of the cost does not make a claim false.
constexpr Real fall = 0.01L;
/// ‖P r‖ below this part of ‖r‖ is a gain of at most 5e-9 of the cost in the linear model.
constexpr Real stationary = 1e-4L;
/// Singular values of the column-scaled J below this cannot be told from zero in double.
constexpr Real rank_tolerance = 1e-12L;
/// A walk by so many sizes of a parameter leads out of any problem that a user has in mind.
constexpr Real far = 1e6L;

/// Residuals below this part of the response: an exact fit to ten digits.
constexpr Real exact_fit = 1e-10L;

/// A descent that meets a kink comes no further, in sizes; one along a saturated function does.
constexpr Real kink_walk = 1e-3L;

struct Projection {
  Real length = 0.0L;  ///< ‖P r‖
  int rank = 0, lost = 0;
  int flat = 0;              ///< no first derivative beyond rounding, but a second one
  std::vector<int> columns;  ///< free, not lost
};

/// How far ‖Jⱼ‖ holds along parameter j: h ‖Jⱼ‖ / ‖Jⱼ(x + h) − Jⱼ(x)‖.
Real linear_range(Model& model, const Evaluation& at, const RealVector& x, Real size, int j) {
  const Real h = 1e-6L * size;
  RealVector beside = x;
  beside[j] += h;
  const RealVector change = model.evaluate(beside, 1).jacobian.col(j) - at.jacobian.col(j);
  const Real length = change.norm();
  return length > 0.0L ? h * at.jacobian.col(j).norm() / length : far * size;
}

/// A parameter is lost where no walk on which its column of J stays alike moves the residuals beyond rounding.
bool is_visible(Model& model, const Evaluation& at, const RealVector& x, Real size, int j) {
  constexpr Real ranges = 10.0L, roundings = 4.0L;
  const Real norm = at.jacobian.col(j).norm(), threshold = roundings * at.residual_error;
  if (norm * far * size <= threshold) return false;
  if (norm * 1e-3L * size > threshold) return true;
  return norm * std::min(far * size, ranges * linear_range(model, at, x, size, j)) > threshold;
}

Projection project(Model& model, const Evaluation& at, const RealVector& x, const RealVector& sizes) {
  constexpr Real bend = 1e-3L;  // in sizes: a short walk that a second derivative makes visible
  Projection p;
  for (const int j : free_components(model, x, at.gradient)) {
    if (is_visible(model, at, x, sizes[j], j)) {
      p.columns.push_back(j);
    } else if (std::abs(at.hessian(j, j)) * bend * bend * sizes[j] * sizes[j] > at.cost_error) {
      ++p.flat;
    } else {
      ++p.lost;
    }
  }
  const int n = static_cast<int>(p.columns.size());
  if (n == 0) return p;
  RealMatrix scaled(at.r.size(), n);
  for (int i = 0; i < n; ++i)
    scaled.col(i) = at.jacobian.col(p.columns[static_cast<std::size_t>(i)]).stableNormalized();
  Eigen::ColPivHouseholderQR<RealMatrix> qr(scaled);
  qr.setThreshold(rank_tolerance);
  p.rank = static_cast<int>(qr.rank());
  const RealVector rotated = qr.householderQ().adjoint() * at.r;
  p.length = rotated.head(p.rank).norm();
  return p;
}

/// Whether the exact Hessian is positive definite on the columns and its Newton step gains almost nothing.
bool is_valley_floor(const Evaluation& at, const std::vector<int>& columns) {
  const int n = static_cast<int>(columns.size());
  if (n == 0) return true;
  RealMatrix matrix(n, n);
  RealVector gradient(n);
  for (int i = 0; i < n; ++i) {
    const int a = columns[static_cast<std::size_t>(i)];
    gradient[i] = at.gradient[a] / at.jacobian.col(a).norm();
    for (int j = 0; j < n; ++j) {
      const int b = columns[static_cast<std::size_t>(j)];
      matrix(i, j) = at.hessian(a, b) / (at.jacobian.col(a).norm() * at.jacobian.col(b).norm());
    }
  }
  const Eigen::SelfAdjointEigenSolver<RealMatrix> eigen(matrix);
  const RealVector& curvature = eigen.eigenvalues();
  if (!(curvature[0] > 1e-12L * curvature[n - 1])) return false;
  const RealVector slope = eigen.eigenvectors().transpose() * gradient;
  const Real gain = 0.5L * slope.cwiseAbs2().cwiseQuotient(curvature).sum();
  return gain <= 1e-3L * at.cost;
}

/// Whether the exact Newton step is short, gains nothing, and removes the gradient: a minimum, though J loses a column
/// there and r never becomes orthogonal to it. At a point of inflection half of the gradient, at least, would be left.
bool is_curved_minimum(Model& model, const Evaluation& at, const RealVector& x, const RealVector& sizes) {
  constexpr Real short_step = 1e-4L, gain_allowed = 1e-9L, left = 0.1L, least_curvature = 1e-10L;
  std::vector<int> columns;
  for (const int j : free_components(model, x, at.gradient)) {
    if (!(at.hessian(j, j) > 0.0L)) return false;
    columns.push_back(j);
  }
  const int n = static_cast<int>(columns.size());
  if (n == 0) return false;
  const RealVector scale = at.hessian(columns, columns).diagonal().cwiseSqrt().cwiseInverse();
  const RealMatrix scaled = scale.asDiagonal() * at.hessian(columns, columns) * scale.asDiagonal();
  const RealVector slope = scale.cwiseProduct(at.gradient(columns));
  const Eigen::SelfAdjointEigenSolver<RealMatrix> eigen(scaled);
  if (!eigen.eigenvalues().allFinite() || !(eigen.eigenvalues()[0] > least_curvature)) return false;
  const RealVector newton =
      -eigen.eigenvectors() * (eigen.eigenvectors().transpose() * slope).cwiseQuotient(eigen.eigenvalues());
  RealVector there = x;
  for (int i = 0; i < n; ++i) {
    const int j = columns[static_cast<std::size_t>(i)];
    const Real step = scale[i] * newton[i];
    if (!(std::abs(step) <= short_step * sizes[j])) return false;
    there[j] += step;
  }
  if (!(-0.5L * slope.dot(newton) <= gain_allowed * at.cost)) return false;
  const Evaluation after = model.evaluate(there, 2);
  if (!after.finite || !after.smooth) return false;
  return scale.cwiseProduct(after.gradient(columns)).norm() <= left * slope.norm();
}

/// Only numbers that double has can be the answer of a solver.
RealVector representable(const RealVector& x) { return x.cast<double>().cast<Real>(); }

Real walk_between(const RealVector& a, const RealVector& b, const RealVector& sizes) {
  return (b - a).cwiseAbs().cwiseQuotient(sizes).maxCoeff();
}

/// The first descent that lowers the cost by 1 %; otherwise the one that ends lowest.
Descent lowest(Model& model, const RealVector& x, const RealVector& sizes, Real target) {
  Descent best{x, model.evaluate(x, 0).cost, false};
  for (const CurvatureModel curvature : {CurvatureModel::gauss_newton, CurvatureModel::exact}) {
    Descent d = descend(model, x, sizes, target, curvature, 200);
    if (d.reached) d.reached = model.evaluate(representable(d.x), 0).cost <= target;
    if (d.cost < best.cost) best = d;
    if (best.reached) break;
  }
  return best;
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::minimum:
      return "minimum";
    case Verdict::inexact:
      return "inexact";
    case Verdict::kink:
      return "kink";
    case Verdict::tail:
      return "tail";
    case Verdict::plateau:
      return "plateau";
    case Verdict::saddle:
      return "saddle";
    case Verdict::lost:
      return "lost";
    case Verdict::wrong:
      return "false";
    default:
      return "non-finite";
  }
}

Judgement judge(Model& model, const std::vector<double>& point, bool claimed) {
  Judgement result;
  const int n = model.parameters();
  RealVector x(n), sizes(n);
  for (int j = 0; j < n; ++j) {
    const auto k = static_cast<std::size_t>(j);
    x[j] = point[k];
    sizes[j] = std::max({std::abs(point[k]), std::abs(model.start[k]), 1e-300});
  }
  const Evaluation at = model.evaluate(x, 2);
  result.cost = result.lower_cost = at.cost;
  result.cost_error = at.cost_error;
  if (!at.finite) {
    result.verdict = Verdict::non_finite;
    return result;
  }
  Projection p;
  const Real norm = std::sqrt(2.0L * at.cost);
  if (at.smooth) {
    p = project(model, at, x, sizes);
    result.lost = p.lost;
    result.rank = p.rank;
    result.projection = norm > 0.0L ? p.length / norm : 0.0L;
    result.room = norm > 0.0L ? stationary + 10.0L * at.residual_error / norm : 0.0L;
  }
  // Where every response is zero, as of the functions of the literature, the residuals are of the size of 1 by design.
  const Real data = model.response_norm(x), scale = data > 0.0L ? data : 1.0L;
  if (norm <= exact_fit * scale) return result;
  constexpr Real rounding_room = 100.0L;
  if (at.cost <= rounding_room * at.residual_error * at.residual_error) return result;
  const bool is_stationary = at.smooth && result.projection <= result.room;
  if (is_stationary && p.lost + p.flat == 0 && is_valley_floor(at, p.columns)) return result;

  if (at.smooth && is_curved_minimum(model, at, x, sizes)) return result;
  if (!claimed) {
    result.verdict = Verdict::inexact;
    return result;
  }
  const Real target = at.cost * (1.0L - fall) - 3.0L * at.cost_error;
  Descent d = at.smooth ? lowest(model, x, sizes, target) : Descent{x, at.cost, false};
  if (!d.reached && !is_stationary) {
    const Descent beside = search_beside(model, x, sizes, target);
    if (beside.cost < d.cost) d = beside;
    if (d.reached) d.reached = model.evaluate(representable(d.x), 0).cost <= target;
  }
  result.lower_cost = d.cost;
  result.walk = walk_between(x, d.x, sizes);
  if (d.reached) {
    const bool nothing_left = p.columns.empty() && p.flat == 0 && p.lost > 0;
    if (is_stationary && !nothing_left)
      result.verdict = p.lost > 0 || result.walk > far ? Verdict::plateau : Verdict::saddle;
    else
      result.verdict = result.walk > far ? Verdict::plateau : Verdict::wrong;
  } else if (at.smooth && p.columns.empty() && p.flat == 0 && p.lost > 0) {
    result.verdict = Verdict::lost;
  } else if (!is_stationary) {
    const bool nothing = at.cost - d.cost <= 1e-6L * at.cost + at.cost_error;
    result.verdict = !nothing ? Verdict::inexact : result.walk <= kink_walk ? Verdict::kink : Verdict::tail;
  }
  return result;
}

}  // namespace sweep
