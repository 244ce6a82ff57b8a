#include <minimize/outer/constrained/constrained_model.hpp>

#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Strided = Eigen::Map<const MatrixXd, 0, Eigen::OuterStride<>>;

Strided view(const DenseMatrix& J, Index columns) {
  return {J.column(0), static_cast<Index>(J.rows()), columns, Eigen::OuterStride<>(J.stride())};
}

}  // namespace

ConstrainedModel::ConstrainedModel(const Problem& problem, std::span<const std::int64_t> pinned)
    : residuals_(relaxed(problem)),
      conditions_(conditions_alone(problem)),
      program_(residuals_, pinned),
      condition_program_(conditions_, pinned),
      r_(program_.rows()),
      J_(program_.rows(), program_.columns()) {
  const Constraints& constraints = problem.constraints();
  for (std::size_t g = 0; g < constraints.groups().size(); ++g)
    for (int k = 0; k < constraints.groups()[g]->dimension(); ++k)
      for (std::int64_t i = 0; i < constraints.groups()[g]->items(); ++i) {
        rows_.push_back(condition_program_.row_of(g, k) + i);
        equality_.push_back(constraints.kinds()[g] == Constraints::Kind::equality);
      }
}

void ConstrainedModel::gather(const AlignedArray& values, VectorXd& c) const {
  c.resize(conditions());
  for (Index k = 0; k < conditions(); ++k) c(k) = values.data()[rows_[static_cast<std::size_t>(k)]];
}

ConstrainedModel::Values ConstrainedModel::values(const std::vector<double>& x) const {
  AlignedArray r(program_.rows()), c(condition_program_.rows());
  Values at{program_.evaluate(x.data(), r.data(), 1), {}};
  condition_program_.evaluate(x.data(), c.data(), 1);
  gather(c, at.conditions);
  if (!at.conditions.allFinite()) at.cost = std::numeric_limits<double>::quiet_NaN();
  return at;
}

bool ConstrainedModel::linearise(const std::vector<double>& x) {
  x_ = x;
  cost_ = program_.evaluate(x.data(), r_.data(), J_, 1);
  const auto J = view(J_, columns());
  JtJ_.noalias() = J.transpose() * J;
  g_.noalias() = J.transpose() * Eigen::Map<const VectorXd>(r_.data(), program_.rows());
  AlignedArray c(condition_program_.rows());
  DenseMatrix C(condition_program_.rows(), columns());
  condition_program_.evaluate(x.data(), c.data(), C, 1);
  gather(c, c_);
  A_.resize(conditions(), columns());
  for (Index k = 0; k < conditions(); ++k) A_.row(k) = view(C, columns()).row(rows_[static_cast<std::size_t>(k)]);
  return std::isfinite(cost_) && g_.allFinite() && c_.allFinite() && A_.allFinite() && JtJ_.allFinite();
}

MatrixXd ConstrainedModel::hessian(const VectorXd& lambda) const {
  const Index n = columns();
  MatrixXd S(n, n), C(n, n);
  program_.curvature(x_.data(), r_.data(), S.data());
  // Rows weighed by λ in the place of the residuals that a curvature is taken with.
  AlignedArray weight(condition_program_.rows());
  std::fill_n(weight.data(), condition_program_.rows(), 0.0);
  for (Index k = 0; k < conditions(); ++k) weight.data()[rows_[static_cast<std::size_t>(k)]] = lambda(k);
  condition_program_.curvature(x_.data(), weight.data(), C.data());
  return JtJ_ + S + C;
}

}  // namespace thalweg::inline v0_1
