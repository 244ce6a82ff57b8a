#include <minimize/outer/constrained/nonlinear_program.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <minimize/system/box_step.hpp>

namespace thalweg::inline v0_1 {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

NonlinearProgram::NonlinearProgram(ConstrainedModel& model, const std::vector<double>& x,
                                   Result::Evaluations& evaluations)
    : model_(model), evaluations_(evaluations), x_(x) {
  for (Index k = 0; k < model.conditions(); ++k) (model.is_equality(k) ? equal_ : unequal_).push_back(k);
  for (Index j = 0; j < model.columns(); ++j) {
    if (std::isfinite(model.upper(j))) bound_.push_back({j, 1.0, model.upper(j)});
    if (std::isfinite(model.lower(j))) bound_.push_back({j, -1.0, model.lower(j)});
  }
  model.linearise(x);
  if (model.cost() > 0.0 && std::isfinite(model.cost())) phi_ = 2.0 * model.cost();
  unit_ = model.column_norms();
  for (Index j = 0; j < unit_.size(); ++j) {
    const double at = std::abs(x[model.component(j)]);
    unit_(j) = unit_(j) > 0.0 && std::isfinite(unit_(j)) ? std::sqrt(phi_) / unit_(j) : at > 0.0 ? at : 1.0;
  }
  size_.resize(model.conditions());
  for (Index k = 0; k < size_.size(); ++k) {
    size_(k) = model.jacobian().row(k).transpose().cwiseProduct(unit_).norm();
    if (!(size_(k) > 0.0 && std::isfinite(size_(k)))) size_(k) = 1.0;
  }
}

Index NonlinearProgram::inequalities() const { return static_cast<Index>(unequal_.size()) + bounds(); }

std::vector<double> NonlinearProgram::moved(const VectorXd& step) const {
  std::vector<double> to = x_;
  for (Index j = 0; j < columns(); ++j) {
    double& at = to[model_.component(j)];
    at = stepped(at, unit_(j) * step(j), model_.lower(j), model_.upper(j));
  }
  return to;
}

std::vector<double> NonlinearProgram::off_bounds(double distance) const {
  std::vector<double> to = x_;
  for (Index j = 0; j < columns(); ++j) {
    const double low = model_.lower(j), high = model_.upper(j);
    const double by = std::min(distance * unit_(j), distance * (high - low));
    double& at = to[model_.component(j)];
    at = std::clamp(at, low + by, high - by);
  }
  return to;
}

NonlinearProgram::Values NonlinearProgram::scaled(double F, const VectorXd& c, const std::vector<double>& x) const {
  Values v{F / phi_, c(equal_).cwiseQuotient(size_(equal_)), VectorXd(inequalities())};
  const auto general = static_cast<Index>(unequal_.size());
  v.unequal.head(general) = c(unequal_).cwiseQuotient(size_(unequal_));
  for (Index b = 0; b < bounds(); ++b) {
    const Bound& bound = bound_[static_cast<std::size_t>(b)];
    v.unequal(general + b) = bound.sign * (x[model_.component(bound.column)] - bound.limit) / unit_(bound.column);
  }
  return v;
}

NonlinearProgram::Values NonlinearProgram::values(const std::vector<double>& x) const {
  ++evaluations_.cost;
  const ConstrainedModel::Values v = model_.values(x);
  return scaled(v.cost, v.conditions, x);
}

bool NonlinearProgram::linearise(std::vector<double> x) {
  ++evaluations_.jacobian;
  x_ = std::move(x);
  const bool finite = model_.linearise(x_);
  here_ = scaled(model_.cost(), model_.condition(), x_);
  gather();
  return finite;
}

void NonlinearProgram::gather() {
  g_ = model_.gradient().cwiseProduct(unit_) / phi_;
  const auto rows = [&](const std::vector<Index>& conditions) -> MatrixXd {
    return size_(conditions).cwiseInverse().asDiagonal() * model_.jacobian()(conditions, Eigen::all) *
           unit_.asDiagonal();
  };
  A_ = rows(equal_);
  B_ = MatrixXd::Zero(inequalities(), columns());
  B_.topRows(static_cast<Index>(unequal_.size())) = rows(unequal_);
  for (Index b = 0; b < bounds(); ++b) {
    const Bound& bound = bound_[static_cast<std::size_t>(b)];
    B_(static_cast<Index>(unequal_.size()) + b, bound.column) = bound.sign;
  }
}

VectorXd NonlinearProgram::gradient(const Multiplier& m) const {
  return g_ + A_.transpose() * m.y + B_.transpose() * m.z;
}

MatrixXd NonlinearProgram::hessian(const Multiplier& m) const {
  ++evaluations_.hessian;
  return unit_.asDiagonal() * model_.hessian(lambda(m)) * unit_.asDiagonal() / phi_;
}

VectorXd NonlinearProgram::lambda(const Multiplier& m) const {
  VectorXd all(model_.conditions());
  for (Index k = 0; k < equalities(); ++k) all(equal_[static_cast<std::size_t>(k)]) = m.y(k);
  for (Index k = 0; k < static_cast<Index>(unequal_.size()); ++k) all(unequal_[static_cast<std::size_t>(k)]) = m.z(k);
  return phi_ * all.cwiseQuotient(size_);
}

NonlinearProgram::Errors NonlinearProgram::errors(const Multiplier& m) const {
  const auto largest = [](const VectorXd& v) { return v.size() > 0 ? v.lpNorm<Eigen::Infinity>() : 0.0; };
  const auto count = static_cast<double>(std::max<Index>(1, m.y.size() + m.z.size()));
  // Multipliers of more than size 100 are divided out (Wächter & Biegler 2006, (6)).
  const double size = std::max(1.0, (m.y.lpNorm<1>() + m.z.lpNorm<1>()) / (100.0 * count));
  Errors e{largest(gradient(m)), std::max(largest(here_.equal), largest(here_.unequal.cwiseMax(0.0))),
           largest(m.z.cwiseProduct(here_.unequal)), 0.0};
  e.largest = std::max({e.gradient / size, e.violation, e.complementarity / size});
  return e;
}

NonlinearProgram::Multiplier NonlinearProgram::estimate() const {
  // Of the inequalities those count that hold with equality or not at all.
  std::vector<Index> near;
  for (Index k = 0; k < inequalities(); ++k)
    if (here_.unequal(k) >= 0.0) near.push_back(k);
  Multiplier m{VectorXd::Zero(equalities()), VectorXd::Zero(inequalities())};
  if (equalities() + static_cast<Index>(near.size()) == 0) return m;
  MatrixXd normals(columns(), equalities() + static_cast<Index>(near.size()));
  normals << A_.transpose(), B_(near, Eigen::all).transpose();
  const VectorXd found = Eigen::ColPivHouseholderQR<MatrixXd>(normals).solve(-g_);
  m.y = found.head(equalities());
  m.z(near) = found.tail(static_cast<Index>(near.size())).cwiseMax(0.0);
  return m;
}

}  // namespace thalweg::inline v0_1
