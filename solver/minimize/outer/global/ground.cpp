#include "minimize/outer/global/ground.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double logarithmic_span = 1e3;  // from here on the magnitude, not the value, is what is unknown

struct Interval {
  double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();
};

void expect_size(const Box& box, std::size_t size) {
  if ((box.lower.empty() && box.upper.empty()) || (box.lower.size() == size && box.upper.size() == size)) return;
  throw Error(fmt::format("a box of {} lower and {} upper bounds for {} numbers; expected one each for every number",
                          box.lower.size(), box.upper.size(), size));
}

/// What both the bounds and the box allow number i to be. Throws Error where that is nothing.
Interval allowed(Interval bounds, const Box& box, std::size_t i, const std::string& name) {
  if (!box.lower.empty()) bounds = {std::fmax(bounds.lower, box.lower[i]), std::fmin(bounds.upper, box.upper[i])};
  if (bounds.lower <= bounds.upper) return bounds;
  throw Error(fmt::format("global search: the box of {} is empty, from {} to {}; expected lower <= upper", name,
                          bounds.lower, bounds.upper));
}

/// Throws Error where the interval is not finite, too.
Interval searched(const Interval& own, const Box& box, std::size_t i, const std::string& name) {
  const Interval bounds = allowed(own, box, i, name);
  if (std::isfinite(bounds.lower) && std::isfinite(bounds.upper)) return bounds;
  const char* const missing = std::isfinite(bounds.upper)   ? "no lower bound"
                              : std::isfinite(bounds.lower) ? "no upper bound"
                                                            : "no bounds";
  throw Error(
      fmt::format("global search needs a box, and {} has {}; expected a finite lower and upper bound", name, missing));
}

}  // namespace

void SearchBox::add(std::size_t i, double lower, double upper) {
  const bool one_sign = lower > 0.0 || upper < 0.0;
  const double small = std::min(std::abs(lower), std::abs(upper)), large = std::max(std::abs(lower), std::abs(upper));
  axes_.push_back({i, lower, upper, one_sign && large / small >= logarithmic_span});
}

void SearchBox::place(const Point& u, std::vector<double>& x) const {
  for (std::size_t k = 0; k < axes_.size(); ++k) {
    const Axis& axis = axes_[k];
    const double sign = axis.lower < 0.0 ? -1.0 : 1.0;
    const double drawn =
        axis.logarithmic ? sign * std::exp(std::lerp(std::log(sign * axis.lower), std::log(sign * axis.upper), u[k]))
                         : (1.0 - u[k]) * axis.lower + u[k] * axis.upper;
    x[axis.i] = std::clamp(drawn, axis.lower, axis.upper);
  }
}

Point SearchBox::shrunk(Point u, double factor) const {
  for (std::size_t k = 0; k < axes_.size(); ++k) {
    const auto& [i, lower, upper, logarithmic] = axes_[k];
    if (lower < 0.0 && upper > 0.0) {
      const double zero = -lower / (upper - lower);
      u[k] = zero + factor * (u[k] - zero);
    }
  }
  return u;
}

Point SearchBox::coordinates(const std::vector<double>& x) const {
  Point u;
  for (const Axis& axis : axes_) {
    const double value = std::clamp(x[axis.i], axis.lower, axis.upper);
    const double part = axis.logarithmic ? std::log(value / axis.lower) / std::log(axis.upper / axis.lower)
                                         : (value - axis.lower) / (axis.upper - axis.lower);
    u.push_back(std::clamp(part, 0.0, 1.0));
  }
  return u;
}

std::vector<double> Ground::at(const Point& u) const {
  std::vector<double> x = start_;
  box_.place(u, x);
  if (completes()) value(x, 0);
  return x;
}

double Ground::cost(const Point& u, int thread) const {
  std::vector<double> x = start_;
  box_.place(u, x);
  const double found = value(x, thread);
  return std::isfinite(found) ? found : std::numeric_limits<double>::infinity();
}

ResidualGround::ResidualGround(const Problem& problem, const Box& box, int threads)
    : problem_(problem), program_(problem), linear_(program_), own_cost_(program_.has_own_cost()) {
  start_ = problem.start();
  expect_size(box, start_.size());
  for (std::size_t i = 0; i < start_.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    if (problem.lower()[i] == problem.upper()[i]) start_[i] = problem.lower()[i];
    if (!problem.moves(number)) continue;
    if (problem.is_curved() && problem.set_of(number).manifold)
      throw Error(
          fmt::format("global search draws numbers in a box, and {} is on a manifold; expected to fix it, or "
                      "multistart",
                      problem.tangent_name(number)));
    const Interval own = {problem.lower()[i], problem.upper()[i]};
    if (linear_.eliminates(i)) {
      const Interval interval = allowed(own, box, i, problem.parameter_name(number));
      linear_.set_bounds(i, interval.lower, interval.upper);
      continue;
    }
    const Interval interval = searched(own, box, i, problem.parameter_name(number));
    box_.add(i, interval.lower, interval.upper);
  }
  for (int t = 0; t < threads; ++t) workspaces_.push_back(linear_.workspace());
}

double ResidualGround::value(std::vector<double>& x, int thread) const {
  return linear_.complete(x, workspaces_[static_cast<std::size_t>(thread)]);
}

Result::Evaluations ResidualGround::evaluations_per_cost() const {
  return completes() ? Result::Evaluations{.cost = 1, .jacobian = 1} : Result::Evaluations{.cost = 1};
}

Result ResidualGround::descend(std::vector<double> x, const Options& options) const {
  return thalweg::solve(problem_, std::move(x), options);
}

ObjectiveGround::ObjectiveGround(const Objective& objective, const Box& bounds, const Box& box)
    : objective_(objective), bounds_(bounds) {
  start_.assign(static_cast<std::size_t>(objective.dimension()), 0.0);
  expect_size(bounds, start_.size());
  expect_size(box, start_.size());
  for (std::size_t i = 0; i < start_.size(); ++i) {
    const Interval own = bounds.lower.empty() ? Interval{} : Interval{bounds.lower[i], bounds.upper[i]};
    const Interval interval = searched(own, box, i, objective.name(static_cast<std::int64_t>(i)));
    start_[i] = interval.lower;
    if (interval.lower < interval.upper) box_.add(i, interval.lower, interval.upper);
  }
}

Result ObjectiveGround::descend(std::vector<double> x, const Options& options) const {
  Options own = options;
  if (needs_residuals(own.method)) own.method = Method::newton;
  return minimize(objective_, std::move(x), own, bounds_);
}

std::string why_not_searched(const Problem& problem, const Box& domain) {
  try {
    ResidualGround(problem, domain, 1);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string why_not_searched(const Objective& objective, const Box& box, const Box& domain) {
  try {
    ObjectiveGround(objective, box, domain);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace thalweg::inline v0_1
