#include "models/pose_graph/certificate/stiefel_descent.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/base/cancellation.hpp>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// (A Aᵀ)^½ and (Aᵀ A)^½.
template <class Rotation>
std::pair<Rotation, Rotation> absolute_values(const Rotation& A) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(Eigen::MatrixXd(A), Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Eigen::MatrixXd D = svd.singularValues().asDiagonal();
  return {svd.matrixU() * D * svd.matrixU().transpose(), svd.matrixV() * D * svd.matrixV().transpose()};
}

}  // namespace

template <class Pose>
StiefelDescent<Pose>::StiefelDescent(const Relaxation<Pose>& relaxation, int threads)
    : relaxation_(relaxation), preconditioner_(relaxation, threads) {
  constexpr double regular = 1e-6;  // beside the largest number of the diagonal, for the gauge
  std::vector<Rotation> diagonal(at(relaxation.poses()), Rotation::Zero());
  for (const auto& edge : relaxation.edges()) {
    if (edge.to < 0) continue;
    const auto [left, right] = absolute_values<Rotation>(edge.turn);
    diagonal[at(edge.from) / (d + 1)] += 0.5 * left;
    diagonal[at(edge.to) / (d + 1)] += 0.5 * right;
  }
  double largest = 0.0;
  for (const Rotation& block : diagonal) largest = std::max(largest, block.diagonal().maxCoeff());
  for (double shift = regular * std::max(largest, 1e-300);; shift *= 100.0) {
    std::vector<Rotation> shifted = diagonal;
    for (Rotation& block : shifted) block.diagonal().array() += shift;
    if (preconditioner_.factor(shifted)) return;
    if (!(shift < 1e3 * largest)) throw Error("the connection Laplacian of the graph has no factor");
  }
}

template <class Pose>
void StiefelDescent<Pose>::retract(Matrix& Y) const {
  for (std::int64_t i = 0; i < relaxation_.poses(); ++i) {
    auto B = Y.template middleRows<d>(relaxation_.row_of(i));
    // Gram & Schmidt on the rows: the lower triangular factor has a positive diagonal.
    for (int a = 0; a < d; ++a) {
      for (int b = 0; b < a; ++b) B.row(a) -= B.row(a).dot(B.row(b)) * B.row(b);
      B.row(a).normalize();
    }
  }
}

template <class Pose>
typename StiefelDescent<Pose>::Matrix StiefelDescent<Pose>::projected(const Matrix& Y, const Matrix& V) const {
  Matrix P = V;
  for (std::int64_t i = 0; i < relaxation_.poses(); ++i) {
    const std::int64_t row = relaxation_.row_of(i);
    const Rotation C = V.template middleRows<d>(row) * Y.template middleRows<d>(row).transpose();
    P.template middleRows<d>(row) -= 0.5 * (C + C.transpose()) * Y.template middleRows<d>(row);
  }
  return P;
}

template <class Pose>
typename StiefelDescent<Pose>::Matrix StiefelDescent<Pose>::preconditioned(const Matrix& Y, const Matrix& V) {
  Matrix P = V;
  preconditioner_.solve(P);
  return projected(Y, P);
}

template <class Pose>
typename StiefelDescent<Pose>::Matrix StiefelDescent<Pose>::hessian(const Matrix& Y, const Matrix& V) {
  ++products_;
  Matrix SV;
  relaxation_.multiply(multipliers_, V, SV);
  return projected(Y, SV);
}

template <class Pose>
void StiefelDescent<Pose>::linearize(const Matrix& Y) {
  multipliers_ = relaxation_.multipliers(Y);
  Matrix SY;
  relaxation_.multiply(multipliers_, Y, SY);
  gradient_ = projected(Y, SY);
  scaled_gradient_ = preconditioned(Y, gradient_);
  square_ = std::max(0.0, gradient_.cwiseProduct(scaled_gradient_).sum());
}

/// Truncated conjugate gradients; lengths are those of the preconditioner's metric.
template <class Pose>
typename StiefelDescent<Pose>::Step StiefelDescent<Pose>::truncated_step(const Matrix& Y, double radius) {
  constexpr int most = 200;
  constexpr double linear = 0.1;
  Step step{Matrix::Zero(Y.rows(), Y.cols())};
  Matrix Hstep = step.value, r = gradient_, z = scaled_gradient_, p = -z;
  double rz = square_, pp = rz, sp = 0.0, ss = 0.0;
  // Superlinear: the residual falls with the gradient.
  const double target = square_ * std::pow(std::min(linear, std::sqrt(square_) / (1.0 + std::sqrt(square_))), 2);
  const auto finish = [&] {
    step.predicted = -gradient_.cwiseProduct(step.value).sum() - 0.5 * step.value.cwiseProduct(Hstep).sum();
    return step;
  };
  for (int k = 0; k < most; ++k) {
    CancellationProbe::poll();
    const Matrix Hp = hessian(Y, p);
    const double curvature = p.cwiseProduct(Hp).sum(), alpha = rz / curvature;
    const double longer = ss + 2.0 * alpha * sp + alpha * alpha * pp;
    if (!(curvature > 0.0) || longer >= radius * radius) {
      const double t = (-sp + std::sqrt(sp * sp + pp * (radius * radius - ss))) / pp;
      step.value += t * p;
      Hstep += t * Hp;
      step.at_boundary = true;
      return finish();
    }
    step.value += alpha * p;
    Hstep += alpha * Hp;
    ss = longer;
    r += alpha * Hp;
    z = preconditioned(Y, r);
    const double next = r.cwiseProduct(z).sum();
    if (!(next > target)) return finish();
    const double beta = next / rz;
    rz = next;
    p = beta * p - z;
    sp = beta * (sp + alpha * pp);
    pp = rz + beta * beta * pp;
  }
  return finish();
}

template <class Pose>
DescentReport StiefelDescent<Pose>::run(Matrix& Y, double threshold) {
  constexpr int most_steps = 300, most_products = 3000;
  constexpr double least_ratio = 0.1, poor = 0.25, good = 0.75;
  products_ = 0;
  linearize(Y);
  DescentReport report{relaxation_.cost(Y)};
  double radius = 0.0;
  for (int k = 0; k < most_steps && products_ < most_products; ++k) {
    if (0.5 * square_ <= threshold) {
      report.stationary = true;
      break;
    }
    if (k == 0) radius = std::sqrt(square_);
    const Step step = truncated_step(Y, radius);
    if (!(step.predicted > 0.0)) break;  // rounding
    Matrix trial = Y + step.value;
    retract(trial);
    const double cost = relaxation_.cost(trial), ratio = (report.cost - cost) / step.predicted;
    // Below the rounding of the cost the model alone tells.
    const bool beneath = step.predicted <= 1e-13 * relaxation_.scale();
    if (!beneath && !(ratio >= poor)) radius *= 0.25;
    if (ratio > good && step.at_boundary) radius *= 2.0;
    if (beneath ? cost <= report.cost + 1e-13 * relaxation_.scale() : ratio >= least_ratio) {
      Y = std::move(trial);
      report.cost = cost;
      linearize(Y);
      if (beneath) {
        report.stationary = true;
        break;
      }
    } else if (beneath) {
      break;
    }
  }
  report.products = products_;
  return report;
}

template class StiefelDescent<Pose2>;
template class StiefelDescent<Pose3>;

}  // namespace thalweg::inline v0_1::graph
