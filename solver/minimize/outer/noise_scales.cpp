#include <thalweg/minimize/noise_scales.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <minimize/outer/joined.hpp>

#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double settled = 1e-10;        // relative change of a scale
constexpr double nearly_settled = 1e-7;  // below it a change that falls no further is the precision of the solves
constexpr double least_part = 1e-10;     // of the response: a smaller scale is that of an exact fit
constexpr int most_solves = 500;

/// One group, and what its σ are without a scale.
struct Scaled {
  ResidualGroup* group;
  std::vector<double> sigma;
  double least = least_part;
  NoiseScale scale;

  void apply(double s) {
    std::vector<double> all = sigma;
    for (double& each : all) each *= s;
    group->set_sigma(all);
    scale.scale = s;
  }
  /// Σ (r/σᵢ)² at x.
  double squares(const std::vector<double>& x) const {
    std::vector<double> residual(static_cast<std::size_t>(group->items()));
    double* const pointer = residual.data();
    group->evaluate(x.data(), {0, group->items(), &pointer});
    double sum = 0.0;
    for (const double r : residual) sum += r * r;
    return sum * scale.scale * scale.scale;
  }
};

Scaled scaled(ResidualGroup& group, std::size_t index, std::vector<double> response) {
  if (group.dimension() != 1 || group.has_cost() || !group.loss().is_trivial())
    throw Error(
        fmt::format("residual group '{}' cannot have a scale of its noise estimated; expected one component, and no "
                    "loss or cost of its own",
                    group.name()));
  Scaled made{&group, std::vector<double>(static_cast<std::size_t>(group.items()), 1.0), least_part, {index}};
  for (std::size_t i = 0; i < made.sigma.size() && group.has_sigma(); ++i)
    made.sigma[i] = 1.0 / group.inverse_sigma()[i];
  if (response.size() != made.sigma.size()) return made;
  group.standardize(response.data());
  double sum = 0.0;
  for (const double y : response) sum += y * y;
  if (sum > 0.0 && std::isfinite(sum)) made.least *= std::sqrt(sum / static_cast<double>(response.size()));
  return made;
}

}  // namespace

ScaledResult solve_with_noise_scales(Problem& problem, const std::vector<std::size_t>& groups,
                                     const std::vector<std::vector<double>>& response,
                                     const std::function<Result(const Problem&, std::vector<double>)>& solve,
                                     std::vector<double> start) {
  std::vector<Scaled> all;
  double residuals = 0.0;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    all.push_back(
        scaled(*problem.groups().at(groups[k]), groups[k], k < response.size() ? response[k] : std::vector<double>{}));
    residuals += static_cast<double>(all.back().group->items());
  }
  const auto free = static_cast<double>(Program(problem).columns());
  if (!(residuals > free))
    throw Error(
        fmt::format("{} residuals and {} free parameters tell nothing of the scales of the noise; expected more "
                    "residuals",
                    residuals, free));
  const double freedom = 1.0 - free / residuals;
  ScaledResult found;
  found.result.x = std::move(start);
  double change = 0.0, before = 0.0;
  for (found.solves = 1;; ++found.solves) {
    Result next = solve(problem, found.result.x);
    if (found.solves == 1)
      found.result = std::move(next);
    else
      append(next, found.result);
    if (!found.result.converged()) break;
    before = std::exchange(change, 0.0);
    for (Scaled& each : all) {
      const double s = std::sqrt(each.squares(found.result.x) / (static_cast<double>(each.group->items()) * freedom));
      each.scale.exact = !(s > each.least);
      const double next_scale = std::max(s, each.least);
      change = std::max(change, std::abs(next_scale / each.scale.scale - 1.0));
      each.apply(next_scale);
    }
    if (change <= settled || (found.solves > 2 && change <= nearly_settled && change >= before)) break;
    if (found.solves < most_solves) continue;
    found.result.status = Status::iteration_limit;
    found.result.reason = fmt::format("the scales of the noise still change by {:.1e} of themselves after {} solves",
                                      change, found.solves);
    break;
  }
  for (const Scaled& each : all) found.scales.push_back(each.scale);
  return found;
}

}  // namespace thalweg::inline v0_1
