#include <minimize/system/blocks/active_set.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <math/dense_decompositions.hpp>
#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr int most_rounds = 6;
// A factor costs as much as so many solves, roughly; more columns than that are pinned by one.
constexpr std::size_t most_columns = 12;
constexpr double few = 0.1;
// A step with pins may be longer than the one without by this factor.
constexpr double longest = 2.0;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

std::optional<ProposedStep> ActiveSet::run(std::span<double> step) {
  const auto g = steps_.gradient();
  gradient_.assign(g.begin(), g.end());
  free_step_.assign(step.begin(), step.end());
  pinned_.assign(step.size(), 0);
  product_of_step_.resize(step.size());
  std::vector<double> multipliers;
  bool settled = false;
  for (int round = 0; round < most_rounds && !settled; ++round) {
    if (settled = settle(step, multipliers); settled) break;
    const bool solved = !refactored_ && pins_.size() <= most_columns ? pin_by_columns(step, multipliers)
                                                                     : pin_by_factor(step, multipliers);
    if (!solved) return std::nullopt;
  }
  if (!settled) return std::nullopt;
  ProposedStep found;
  found.scaled_norm = scaled_norm(at_.D, step.data());
  product_(step, product_of_step_);
  found.predicted = -dot(gradient_, step) - 0.5 * dot(step, product_of_step_);
  if (!(found.scaled_norm <= longest * at_.radius && found.predicted > 0.0)) return std::nullopt;
  return found;
}

/// Pins and lets go. True when every free column is inside, and few multipliers of many pull inwards: the descent lets
/// those columns go where it gets to.
bool ActiveSet::settle(std::span<const double> step, const std::vector<double>& multipliers) {
  std::vector<Pin> kept;
  for (std::size_t k = 0; k < pins_.size(); ++k) {
    const bool inwards = pins_[k].lower ? multipliers[k] < 0.0 : multipliers[k] > 0.0;
    if (inwards)
      pinned_[pins_[k].column] = 0;
    else
      kept.push_back(pins_[k]);
  }
  const std::size_t released = pins_.size() - kept.size();
  bool changed = static_cast<double>(released) > few * static_cast<double>(pins_.size());
  pins_ = std::move(kept);
  for (std::size_t j = 0; j < step.size(); ++j) {
    if (pinned_[j] || is_held(j)) continue;
    const double low = at_.lower[j] - at_.x[j], high = at_.upper[j] - at_.x[j];
    if (step[j] >= low && step[j] <= high) continue;
    const bool lower = step[j] < low;
    pins_.push_back({j, lower ? low : high, lower});
    pinned_[j] = 1;
    changed = true;
  }
  return !changed;
}

/// Column j of (JᵀJ + λD²)⁻¹.
const std::vector<double>& ActiveSet::inverse_column(std::size_t j) {
  for (const auto& [column, values] : columns_)
    if (column == j) return values;
  std::vector<double> unit(gradient_.size()), values(gradient_.size());
  unit[j] = 1.0;
  if (!usable(steps_.solve_again(unit.data(), values.data()))) values.clear();
  return columns_.emplace_back(j, std::move(values)).second;
}

/// z = δ + H⁻¹E μ with z = b on the pins E: EᵀH⁻¹E μ = b − Eᵀδ.
bool ActiveSet::pin_by_columns(std::span<double> step, std::vector<double>& multipliers) {
  const auto n = static_cast<Eigen::Index>(pins_.size());
  Eigen::MatrixXd S(n, n);
  Eigen::VectorXd missing(n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const Pin& pin = pins_[static_cast<std::size_t>(k)];
    const std::vector<double>& column = inverse_column(pin.column);
    if (column.empty()) return false;
    for (Eigen::Index i = 0; i < n; ++i) S(i, k) = column[pins_[static_cast<std::size_t>(i)].column];
    missing[k] = pin.value - free_step_[pin.column];
  }
  const Eigen::LLT<Eigen::MatrixXd> factor(Eigen::MatrixXd(0.5 * (S + S.transpose())));
  if (factor.info() != Eigen::Success) return false;
  const Eigen::VectorXd mu = factor.solve(missing);
  std::copy(free_step_.begin(), free_step_.end(), step.begin());
  for (Eigen::Index k = 0; k < n; ++k) {
    const std::vector<double>& column = inverse_column(pins_[static_cast<std::size_t>(k)].column);
    for (std::size_t j = 0; j < step.size(); ++j) step[j] += mu[k] * column[j];
  }
  multipliers.assign(mu.begin(), mu.end());
  for (const Pin& pin : pins_) step[pin.column] = pin.value;
  return true;
}

/// The rest from the equations in which the pins are constants.
bool ActiveSet::pin_by_factor(std::span<double> step, std::vector<double>& multipliers) {
  refactored_ = true;
  std::vector<double> pinned(step.size()), slope(step.size());
  std::vector<char> fixed(step.size());
  for (const Pin& pin : pins_) pinned[pin.column] = pin.value;
  product_(pinned, slope);
  for (std::size_t j = 0; j < step.size(); ++j) {
    slope[j] += gradient_[j];
    fixed[j] = pinned_[j] || is_held(j);
  }
  steps_.shift(slope, fixed);
  if (!usable(steps_.solve(lambda_, at_.D.data(), step.data()))) return false;
  for (const Pin& pin : pins_) step[pin.column] = pin.value;
  product_(step, product_of_step_);
  multipliers.clear();
  for (const Pin& pin : pins_) {
    const std::size_t j = pin.column;
    multipliers.push_back(gradient_[j] + product_of_step_[j] + lambda_ * at_.D[j] * at_.D[j] * pin.value);
  }
  return true;
}

}  // namespace thalweg::inline v0_1
