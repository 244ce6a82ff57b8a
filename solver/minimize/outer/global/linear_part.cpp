#include "minimize/outer/global/linear_part.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <math/dense_kernels.hpp>

namespace thalweg::inline v0_1 {

LinearPart::LinearPart(const Program& program) : program_(program) {
  const Problem& problem = program.problem();
  if (program.has_loss() || program.has_own_cost()) return;
  std::vector<char> is_linear(problem.linear().size());
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(j));
    if (!problem.linear()[i]) continue;
    is_linear[i] = 1;
    columns_.push_back(j);
    components_.push_back(i);
    lower_.push_back(problem.lower()[i]);
    upper_.push_back(problem.upper()[i]);
  }
  if (!columns_.empty()) is_linear_ = std::move(is_linear);
}

void LinearPart::set_bounds(std::size_t component, double lower, double upper) {
  const auto at = std::find(components_.begin(), components_.end(), component) - components_.begin();
  const auto k = static_cast<std::size_t>(at);
  lower_[k] = lower;
  upper_[k] = upper;
}

LinearPart::Workspace LinearPart::workspace() const {
  Workspace w;
  w.residual.resize(program_.rows());
  if (empty()) return w;
  w.jacobian.resize(program_.rows(), program_.columns());
  w.step.resize(static_cast<std::size_t>(program_.columns()));
  w.units.assign(w.step.size(), 1.0);
  return w;
}

/// Brings the components into their bounds and holds all columns but theirs.
void LinearPart::hold(std::vector<double>& x, Workspace& w) const {
  w.held.assign(w.step.size(), 1);
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    double& c = x[components_[k]];
    c = std::clamp(c, lower_[k], upper_[k]);
    w.held[static_cast<std::size_t>(columns_[k])] = lower_[k] == upper_[k];
  }
}

double LinearPart::complete(std::vector<double>& x, Workspace& w) const {
  if (empty()) return program_.evaluate(x.data(), w.residual.data(), 1);
  hold(x, w);
  const double first = program_.evaluate(x.data(), w.residual.data(), w.jacobian, 1);
  if (!std::isfinite(first)) return first;
  w.before = x;
  // Each round ends at the minimum, or puts a component on a bound.
  for (std::size_t round = 0; round < columns_.size(); ++round) {
    if (w.qr.linearize(w.jacobian, w.residual.data(), w.held) != LinearStatus::ok ||
        w.qr.minimum_norm(w.units.data(), w.step.data()) != LinearStatus::ok)
      break;
    double part = 1.0;
    std::size_t met = columns_.size();
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const double delta = w.step[static_cast<std::size_t>(columns_[k])], c = x[components_[k]];
      const double room = (delta < 0.0 ? lower_[k] : upper_[k]) - c;
      if (std::abs(delta) * part <= std::abs(room)) continue;
      part = room / delta;
      met = k;
    }
    for (double& delta : w.step) delta *= part;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      double& c = x[components_[k]];
      c = std::clamp(c + w.step[static_cast<std::size_t>(columns_[k])], lower_[k], upper_[k]);
    }
    if (met == columns_.size()) break;
    w.held[static_cast<std::size_t>(columns_[met])] = 1;
    for (const std::int64_t j : columns_)
      kernels::axpy(w.step[static_cast<std::size_t>(j)], w.jacobian.column(j), w.residual.data(), program_.rows());
  }
  const double best = program_.evaluate(x.data(), w.residual.data(), 1);
  if (best <= first) return best;
  x = w.before;
  return first;
}

}  // namespace thalweg::inline v0_1
