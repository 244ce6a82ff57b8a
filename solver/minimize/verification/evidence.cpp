#include <minimize/verification/evidence.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace thalweg::inline v0_1 {
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

/// Whether the cost falls along the column by a hundredth, at least, of what its derivative says, at some step between
/// a tenth of `reach` and the shortest whose decrease rounding does not hide. True, too, where too few steps are
/// visible to contradict the derivative.
bool falls_along(System& system, std::int64_t column, double direction, double reach, double slope) {
  std::vector<double> step(static_cast<std::size_t>(system.columns()), 0.0);
  double rates[enough_contradictions] = {};  // of the rise with the length, at the last steps
  int contradictions = 0;
  const auto j = static_cast<std::size_t>(column);
  // A kink is local: a derivative that vanishes within a long step, as in the tail of an exponential, is none.
  const double own = std::abs(system.sizes()[j]), here = system.cost();
  const double longest = own > 0.0 ? std::min(0.1 * reach, longest_part * own) : 0.1 * reach;
  const double shortest = std::max(visible * epsilon * here / slope, shortest_units * epsilon * own);
  for (double length = longest; length > shortest; length *= 0.1) {
    step[j] = direction * length;
    const double cost = system.cost_beside(step.data());
    if (!std::isfinite(cost)) continue;  // across the edge of where the residuals are defined
    if (here - cost > 0.01 * length * slope) return true;
    rates[contradictions++ % enough_contradictions] = (cost - here) / length;
  }
  if (contradictions < enough_contradictions) return true;
  const auto [least, most] = std::minmax_element(std::begin(rates), std::end(rates));
  return !(*least > 0.0 && *most <= same_rate * *least);
}

bool move_residuals(System& system, std::span<const std::int64_t> columns) {
  const auto sizes = system.sizes();
  std::vector<double> step(sizes.size(), 0.0);
  const double allowed = collapse * system.residual_norm();
  for (const double factor : {0.0, 0.01, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0, 100.0, -1.0}) {
    for (const std::int64_t column : columns) {
      const auto j = static_cast<std::size_t>(column);
      step[j] = sizes[j] != 0.0 ? (factor - 1.0) * sizes[j] : factor;
    }
    if (!system.is_unmoved_by(step.data(), allowed)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::int64_t> kinks(System& system) {
  std::vector<std::int64_t> found;
  if (!system.is_small()) return found;
  const auto g = system.steps().gradient(), norms = system.steps().column_norms();
  for (std::size_t j = 0; j < g.size(); ++j) {
    const double slope = g[j], squares = norms[j] * norms[j];
    if (slope == 0.0 || !(squares > 0.0)) continue;
    // The Gauss-Newton step along the column alone.
    const double reach = std::abs(slope) / squares;
    const auto column = static_cast<std::int64_t>(j);
    if (!falls_along(system, column, slope > 0.0 ? -1.0 : 1.0, reach, std::abs(slope))) found.push_back(column);
  }
  return found;
}

bool falls_beside(System& system, std::int64_t column) {
  const auto j = static_cast<std::size_t>(column);
  const double slope = std::abs(system.steps().gradient()[j]), norm = system.steps().column_norms()[j];
  if (slope == 0.0 || !(norm * norm > 0.0)) return false;
  for (const double direction : {-1.0, 1.0})
    if (falls_along(system, column, direction, slope / (norm * norm), slope)) return true;
  return false;
}

std::string undetermined(System& system, const Influence::Lost& lost, double allowed) {
  if (lost.all || lost.names.empty()) return {};
  // Each alone, and all together: of a ratio that the residuals lost, both parts may have grown beyond measure.
  if (system.is_small())
    for (const std::int64_t& j : lost.columns)
      if (move_residuals(system, {&j, 1})) return {};
  if (move_residuals(system, lost.columns)) return {};
  return system.measure(allowed).holds() ? lost.names : std::string();
}

bool vanishes_at_zero(System& system) {
  const auto sizes = system.sizes();
  std::vector<double> step(sizes.size());
  std::transform(sizes.begin(), sizes.end(), step.begin(), [](double v) { return -v; });
  return system.cost_beside(step.data()) <= 1e-32 * system.cost();
}

std::string quoted_names(const System& system, std::span<const char> columns) {
  std::string names;
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (columns[j]) names += (names.empty() ? "'" : ", '") + system.column_name(static_cast<std::int64_t>(j)) + "'";
  return names;
}

}  // namespace thalweg::inline v0_1
