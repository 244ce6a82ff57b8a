// What a verifier learns from steps along one parameter: kinks, and parameters that no step makes visible.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <math/dense_kernels.hpp>
#include <minimize/verification/verification.hpp>

namespace thalweg {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// The derivative along a column is contradicted at steps that should lower the cost by so many times its rounding.
constexpr double visible = 1e3;
// Of the parameter, the longest step that is looked at for a kink.
constexpr double longest_part = 1e-3;
// Steps, each a tenth of the one before, that must contradict it: a strong curvature explains the first ones.
constexpr int enough_contradictions = 3;
// Beside a kink the cost rises in proportion to the step: at the last steps the rates differ by less than this factor.
// Where curvature makes it rise, a step of a tenth rises at a tenth of the rate; where the cost jumps, or is noise, at
// ten times the rate.
constexpr double same_rate = 3.0;
// The shortest step, in units in the last place of the parameter.
constexpr double shortest_units = 8.0;

}  // namespace

std::vector<std::int64_t> Verifier::kinks(const State& state, std::span<const char> held, const Options& options,
                                          Result& counts) {
  std::vector<std::int64_t> found;
  const DenseMatrix& J = state.jacobian;
  for (std::int64_t j = 0; j < J.columns(); ++j) {
    if (!held.empty() && held[static_cast<std::size_t>(j)]) continue;
    const double slope = kernels::dot(J.column(j), state.residual.data(), J.stride());
    const double squares = kernels::dot(J.column(j), J.column(j), J.stride());
    if (slope == 0.0 || !(squares > 0.0)) continue;
    // The Gauss-Newton step along the column alone.
    const double reach = std::abs(slope) / squares;
    if (!falls_along(state, j, slope > 0.0 ? -1.0 : 1.0, reach, std::abs(slope), options, counts)) found.push_back(j);
  }
  return found;
}

bool Verifier::falls_beside(const State& state, std::int64_t column, const Options& options, Result& counts) {
  const double* Jj = state.jacobian.column(column);
  const double slope = std::abs(kernels::dot(Jj, state.residual.data(), state.jacobian.stride()));
  const double squares = kernels::dot(Jj, Jj, state.jacobian.stride());
  if (slope == 0.0 || !(squares > 0.0)) return false;
  for (const double direction : {-1.0, 1.0})
    if (falls_along(state, column, direction, slope / squares, slope, options, counts)) return true;
  return false;
}

std::string Verifier::undetermined(const State& state, std::span<const char> held, const Influence::Lost& lost,
                                   const Options& options, Result& counts) {
  if (lost.all || lost.columns.empty()) return {};
  // Each alone, and all together: of a ratio that the residuals lost, both parts may have grown beyond measure.
  for (const std::int64_t& j : lost.columns)
    if (move_residuals(state, {&j, 1}, options, counts)) return {};
  if (move_residuals(state, lost.columns, options, counts)) return {};
  return measure(state, held, options, counts).holds() ? lost.names : std::string();
}

bool Verifier::move_residuals(const State& state, std::span<const std::int64_t> columns, const Options& options,
                              Result& counts) {
  program_.coordinates(state.x.data(), size_.data());
  const double allowed = collapse * residual_norm(program_, state);
  std::fill(step_.begin(), step_.end(), 0.0);
  for (const double factor : {0.0, 0.01, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0, 100.0, -1.0}) {
    for (const std::int64_t column : columns) {
      const auto j = static_cast<std::size_t>(column);
      step_[j] = size_[j] != 0.0 ? (factor - 1.0) * size_[j] : factor;
    }
    retract(program_, state.x, step_.data(), trial_x_);
    const double cost = cost_at_trial(options, counts);
    if (!std::isfinite(cost)) return true;
    for (std::int64_t i = 0; i < program_.rows(); ++i)
      if (!(std::abs(trial_residual_[i] - state.residual[i]) <= allowed)) return true;
  }
  return false;
}

/// Whether the cost falls along the column by a hundredth, at least, of what its derivative says, at some step between
/// a tenth of `reach` and the shortest whose decrease rounding does not hide. True, too, where too few steps are
/// visible to contradict the derivative.
bool Verifier::falls_along(const State& state, std::int64_t column, double direction, double reach, double slope,
                           const Options& options, Result& counts) {
  std::fill(step_.begin(), step_.end(), 0.0);
  double rates[enough_contradictions] = {};  // of the rise with the length, at the last steps
  int contradictions = 0;
  // A kink is local: a derivative that vanishes within a long step, as in the tail of an exponential, is none.
  program_.coordinates(state.x.data(), size_.data());
  const double own = std::abs(size_[static_cast<std::size_t>(column)]);
  const double longest = own > 0.0 ? std::min(0.1 * reach, longest_part * own) : 0.1 * reach;
  const double shortest = std::max(visible * epsilon * state.cost / slope, shortest_units * epsilon * own);
  for (double length = longest; length > shortest; length *= 0.1) {
    step_[static_cast<std::size_t>(column)] = direction * length;
    retract(program_, state.x, step_.data(), trial_x_);
    if (trial_x_ == state.x) break;
    const double cost = cost_at_trial(options, counts);
    if (!std::isfinite(cost)) continue;  // across the edge of where the residuals are defined
    if (state.cost - cost > 0.01 * length * slope) return true;
    rates[contradictions++ % enough_contradictions] = (cost - state.cost) / length;
  }
  if (contradictions < enough_contradictions) return true;
  const auto [least, most] = std::minmax_element(std::begin(rates), std::end(rates));
  return !(*least > 0.0 && *most <= same_rate * *least);
}

}  // namespace thalweg
