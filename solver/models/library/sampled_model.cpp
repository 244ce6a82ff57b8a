#include "models/library/sampled_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1::library {

SampledModel::SampledModel(const Equation& equation, const Symbols& symbols,
                           const std::vector<std::vector<double>>& columns, Eigen::VectorXd weights)
    : model_(equation, symbols, columns), weights_(std::move(weights)), parameters_(symbols.parameters.size()) {}

Eigen::VectorXd SampledModel::residual(const std::vector<double>& p) const {
  Eigen::VectorXd r(rows());
  model_.evaluate(p.data(), 0, rows(), r.data(), nullptr);
  return r.cwiseProduct(weights_);
}

void SampledModel::derivatives(const std::vector<double>& p, const std::vector<std::size_t>& by, Eigen::VectorXd& r,
                               Eigen::MatrixXd& J) const {
  r.resize(rows());
  J.resize(rows(), static_cast<Eigen::Index>(by.size()));
  std::vector<double*> columns(parameters_, nullptr);
  for (std::size_t k = 0; k < by.size(); ++k) columns[by[k]] = J.col(static_cast<Eigen::Index>(k)).data();
  model_.evaluate(p.data(), 0, rows(), r.data(), columns.data());
  r.array() *= weights_.array();
  J.array().colwise() *= weights_.array();
}

bool SampledModel::solve_linear(std::vector<double>& p, const std::vector<std::size_t>& by,
                                const std::vector<double>& lower, const std::vector<double>& upper) const {
  if (by.empty()) return true;
  Eigen::VectorXd r;
  Eigen::MatrixXd J;
  derivatives(p, by, r, J);
  if (!r.allFinite() || !J.allFinite()) return false;
  Eigen::VectorXd scale = J.colwise().norm().transpose();
  for (double& s : scale) s = s > 0.0 ? 1.0 / s : 1.0;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(J * scale.asDiagonal());
  qr.setThreshold(1e-12);
  const Eigen::VectorXd step = scale.asDiagonal() * qr.solve(r);
  for (std::size_t k = 0; k < by.size(); ++k) {
    const std::size_t at = by[k];
    p[at] = std::clamp(p[at] - step[static_cast<Eigen::Index>(k)], lower[at], upper[at]);
    if (!std::isfinite(p[at])) return false;
  }
  return true;
}

double SampledModel::descend(std::vector<double>& p, const std::vector<std::size_t>& by,
                             const std::vector<double>& lower, const std::vector<double>& upper) const {
  constexpr int most_steps = 20, most_rejected = 6;
  constexpr double enough = 1e-4;  // relative decrease
  Eigen::VectorXd r;
  Eigen::MatrixXd J;
  derivatives(p, by, r, J);
  double cost = r.squaredNorm(), lambda = 1e-3;
  if (!std::isfinite(cost)) return std::numeric_limits<double>::infinity();
  if (by.empty()) return cost;
  int rejected = 0;
  for (int i = 0; i < most_steps && rejected < most_rejected && J.allFinite(); ++i) {
    const Eigen::MatrixXd gram = J.transpose() * J;
    const Eigen::VectorXd gradient = J.transpose() * r;
    const double least = 1e-300 + 1e-12 * gram.diagonal().maxCoeff() * 1e-12;
    bool better = false;
    while (!better && rejected < most_rejected) {
      Eigen::MatrixXd damped = gram;
      damped.diagonal().array() += lambda * gram.diagonal().array() + least;
      const Eigen::VectorXd step = damped.ldlt().solve(gradient);
      std::vector<double> trial = p;
      for (std::size_t k = 0; k < by.size(); ++k)
        trial[by[k]] = std::clamp(p[by[k]] - step[static_cast<Eigen::Index>(k)], lower[by[k]], upper[by[k]]);
      const double there = step.allFinite() ? residual(trial).squaredNorm() : cost;
      better = there < cost;
      if (!better) {
        ++rejected;
        lambda *= 8.0;
        continue;
      }
      rejected = 0;
      lambda *= 0.2;
      p = std::move(trial);
      const double decrease = (cost - there) / cost;
      cost = there;
      if (decrease < enough) return cost;
    }
    if (!better) break;
    derivatives(p, by, r, J);
  }
  return cost;
}

}  // namespace thalweg::inline v0_1::library
