#include <thalweg/inference/profile.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <base/names.hpp>
#include <minimize/loop/watch.hpp>
#include <minimize/system/plan.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>
#include "inference/errors.hpp"
#include "inference/likelihood.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double tolerance = 1e-7;        // of an end, relative to its distance, and of τ there
constexpr double far = 1e8;               // an interval that reaches so many scales has no end
constexpr double fastest_growth = 4.0;    // of the distance from trial to trial
constexpr double noteworthy_drop = 1e-4;  // of the threshold's rise of the cost: below it a lower point does not matter

/// What all profiles of one fit have in common.
struct Fit {
  const Problem& problem;
  const Result& result;
  const FitStatistics& statistics;
  double sigma, threshold;
};

/// dx/dθ along the floor of the valley at the solution: C_kj / C_jj. Zero where the covariance says nothing.
std::vector<double> tangent(const Fit& fit, std::int64_t component) {
  const FitStatistics& s = fit.statistics;
  std::vector<double> slope(fit.result.x.size(), 0.0);
  const auto found = std::find(s.free.begin(), s.free.end(), static_cast<int>(component));
  const std::size_t n = s.free.size();
  if (found == s.free.end() || s.covariance.size() != n * n) return slope;
  const auto j = static_cast<std::size_t>(found - s.free.begin());
  for (std::size_t k = 0; k < n; ++k) {
    const double ratio = s.covariance[j * n + k] / s.covariance[j * n + j];
    if (std::isfinite(ratio)) slope[static_cast<std::size_t>(s.free[k])] = ratio;
  }
  return slope;
}

/// The profile of one component, followed from the solution to one side.
class Walk {
 public:
  Walk(const Fit& fit, std::int64_t component, int direction, Watch& watch)
      : fit_(fit),
        watch_(watch),
        component_(component),
        i_(static_cast<std::size_t>(component)),
        direction_(direction) {
    estimate_ = fit.result.x[i_];
    limit_ = direction > 0 ? fit.problem.upper()[i_] : fit.problem.lower()[i_];
    slope_ = tangent(fit, component);
    known_.push_back({estimate_, fit.result.x});
    alone_ = fit.problem.constraints().empty() && nothing_moves(fit.problem, std::span(&component, 1));
    if (!alone_) solver_.emplace(fit.problem, std::span(&component_, 1));
  }

  ProfileInterval::End find_end();

  std::optional<Profile::LowerPoint> lower_point;
  int solves = 0;

 private:
  enum class Trust { converged, upper_bound, not_finite };
  struct Trial {
    double theta, tau;
    Trust trust = Trust::converged;
  };
  struct Known {
    double theta;
    std::vector<double> x;
  };

  Result solve(std::vector<double> x);
  Result solve_alone(std::vector<double> x) const;
  std::vector<double> predicted(double theta) const;
  Trial attempt(double theta);
  double first_distance() const;
  ProfileInterval::End close_in(Trial inside, Trial outside);
  double distance(double theta) const { return std::abs(theta - estimate_); }

  const Fit& fit_;
  Watch& watch_;
  std::int64_t component_;
  std::size_t i_;
  int direction_;
  double estimate_, limit_;
  bool alone_ = false;  // no other component can move, and nothing else is asked of this one
  std::optional<Solver> solver_;
  std::vector<double> slope_;
  std::vector<Known> known_;  // points on the profile
};

/// Where the valley's floor should be at θ: along the line through the two nearest points of the profile.
std::vector<double> Walk::predicted(double theta) const {
  std::vector<const Known*> near;
  for (const Known& k : known_) near.push_back(&k);
  std::stable_sort(near.begin(), near.end(), [&](const Known* a, const Known* b) {
    return std::abs(a->theta - theta) < std::abs(b->theta - theta);
  });
  std::vector<double> x = near[0]->x;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double slope =
        near.size() < 2 ? slope_[k] : (near[1]->x[k] - near[0]->x[k]) / (near[1]->theta - near[0]->theta);
    x[k] += slope * (theta - near[0]->theta);
  }
  x[i_] = theta;
  return x;
}

/// With no other component to move the profile is the cost itself.
Result Walk::solve_alone(std::vector<double> x) const {
  const Program program(fit_.problem);
  AlignedArray residual(program.rows());
  Result result;
  result.final_cost = program.evaluate(x.data(), residual.data(), 1);
  result.status = std::isfinite(result.final_cost) ? Status::converged : Status::non_finite_start;
  result.x = std::move(x);
  return result;
}

Result Walk::solve(std::vector<double> x) {
  ++solves;
  if (alone_) return solve_alone(std::move(x));
  Options options = watch_.for_one_solve();
  options.restarts = 0;
  return solver_->solve_from(std::move(x), options);
}

Walk::Trial Walk::attempt(double theta) {
  Result result = solve(predicted(theta));
  // Between kinks the cost has valleys of its own, and the line may lead astray: from the nearest point, too.
  const bool kinks = !fit_.result.at_kink.empty();
  if ((kinks || !result.converged()) && !alone_) {
    const auto nearest = std::min_element(known_.begin(), known_.end(), [&](const Known& a, const Known& b) {
      return std::abs(a.theta - theta) < std::abs(b.theta - theta);
    });
    std::vector<double> x = nearest->x;
    x[i_] = theta;
    Result second = solve(std::move(x));
    if ((second.converged() && !kinks) || !(second.final_cost >= result.final_cost)) result = std::move(second);
  }
  const bool infeasible = result.constrained && result.constrained->infeasible;
  if (infeasible || result.status == Status::non_finite_start || result.status == Status::failed)
    return {theta, infinity, Trust::not_finite};
  const double rise = 2.0 * (result.final_cost - fit_.result.final_cost) / (fit_.sigma * fit_.sigma);
  if (rise < -noteworthy_drop * fit_.threshold * fit_.threshold)
    lower_point = {fit_.statistics.parameters[i_].name, result.final_cost, result.x};
  // At a kink no gradient vanishes: that no step goes lower is all there is to know.
  const bool trusted = result.converged() || (kinks && result.status == Status::stalled);
  if (trusted) known_.push_back({theta, std::move(result.x)});
  return {theta, std::sqrt(std::max(0.0, rise)), trusted ? Trust::converged : Trust::upper_bound};
}

/// The half-width of the linear interval; where there is none, the parameter's size.
double Walk::first_distance() const {
  const ParameterStatistics& p = fit_.statistics.parameters[i_];
  double width = std::isfinite(p.standard_error) ? fit_.threshold * p.standard_error
                 : direction_ > 0                ? p.upper_interval - p.value
                                                 : p.value - p.lower_interval;
  if (!(width > 0.0 && std::isfinite(width))) width = estimate_ != 0.0 ? std::abs(estimate_) : 1.0;
  return std::max(width, 1e-10 * std::abs(estimate_));
}

ProfileInterval::End Walk::find_end() {
  using Kind = ProfileEnd;
  if (limit_ == estimate_) return {limit_, Kind::bound};
  // Constraints alone determine it.
  if (!fit_.problem.constraints().empty() && fit_.statistics.parameters[i_].standard_error == 0.0)
    return {estimate_, Kind::edge};
  const double reach = far * std::max(first_distance(), std::abs(estimate_));
  Trial inside{estimate_, 0.0};
  for (double step = first_distance();;) {
    const bool last = !(step < distance(limit_));
    const Trial trial = attempt(last ? limit_ : estimate_ + direction_ * step);
    if (watch_.verdict() || lower_point) return {};
    if (trial.tau >= fit_.threshold) return close_in(inside, trial);
    if (last) return {limit_, Kind::bound};
    if (step >= reach) return {direction_ * infinity, Kind::infinite};
    inside = trial;
    // τ is nearly linear: a little beyond where its chord from the estimate reaches the threshold.
    step *= std::clamp(1.05 * fit_.threshold / trial.tau, 1.2, fastest_growth);
  }
}

/// Regula falsi on τ, which is nearly linear, in the Illinois form (Dowell & Jarratt 1971); halving where τ is
/// infinite, or where that form does not close in fast.
ProfileInterval::End Walk::close_in(Trial inside, Trial outside) {
  double below = inside.tau - fit_.threshold, above = outside.tau - fit_.threshold;
  const auto meets = [&](const Trial& trial) {
    return trial.trust == Trust::converged && std::abs(trial.tau - fit_.threshold) <= tolerance * fit_.threshold;
  };
  int kept = 0;  // > 0: the inner end has stayed for so many trials, < 0: the outer
  const double rounding = 4.0 * std::numeric_limits<double>::epsilon() * std::abs(estimate_);
  const auto found = [&] {
    return meets(outside) || std::abs(outside.theta - inside.theta) <= tolerance * distance(outside.theta) + rounding;
  };
  while (!found()) {
    const bool halve = !std::isfinite(above) || std::abs(kept) > 3;
    const double part = halve ? 0.5 : -below / (above - below);
    const Trial trial = attempt(inside.theta + part * (outside.theta - inside.theta));
    if (watch_.verdict() || lower_point) return {};
    if (meets(trial)) return {trial.theta, ProfileEnd::threshold};
    if (trial.tau < fit_.threshold) {
      inside = trial;
      below = trial.tau - fit_.threshold;
      kept = std::min(kept, 0) - 1;
      if (kept < -1) above *= 0.5;
    } else {
      outside = trial;
      above = trial.tau - fit_.threshold;
      kept = std::max(kept, 0) + 1;
      if (kept > 1) below *= 0.5;
    }
  }
  if (outside.trust == Trust::not_finite) return {inside.theta, ProfileEnd::edge};
  if (outside.trust == Trust::upper_bound) return {};
  return {outside.theta, ProfileEnd::threshold};
}

double ratio(const ProfileInterval::End& end, const ParameterStatistics& p, double threshold) {
  if (end.kind != ProfileEnd::threshold || !(p.standard_error > 0.0)) return unset;
  return std::abs(end.value - p.value) / (threshold * p.standard_error);
}

}  // namespace

namespace {

constexpr Name<ProfileEnd> ends[] = {
    {"threshold", ProfileEnd::threshold}, {"bound", ProfileEnd::bound},     {"infinite", ProfileEnd::infinite},
    {"edge", ProfileEnd::edge},           {"unknown", ProfileEnd::unknown},
};

}  // namespace

std::string_view to_string(ProfileEnd end) { return name_of(ends, end); }

Profile profile(const Problem& problem, const Result& result, const FitStatistics& statistics, const Options& options,
                double level, std::span<const std::int64_t> components) {
  options.validate();
  if (!(level > 0.0 && level < 1.0)) throw Error(fmt::format("level is {}; expected a number between 0 and 1", level));
  const Fit fit{problem, result, statistics, noise_of(statistics), interval_quantile(statistics, level)};
  Profile profile;
  profile.level = level;
  profile.threshold = fit.threshold;
  profile.reason = why_no_likelihood(problem, result, statistics);
  if (!profile.reason.empty()) return profile;

  profile.intervals.resize(result.x.size());
  std::vector<std::int64_t> moving;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(result.x.size()); ++i) {
    const bool wanted = components.empty() || std::find(components.begin(), components.end(), i) != components.end();
    if (wanted && !statistics.parameters[static_cast<std::size_t>(i)].fixed) moving.push_back(i);
  }
  const std::size_t sides = 2 * moving.size();
  std::vector<std::optional<Profile::LowerPoint>> lower_points(sides);
  std::vector<int> solves(sides, 0);
  Watch watch(options);
  unless_cancelled([&] {
    parallel_chunks(static_cast<std::int64_t>(sides), 1, options.threads,
                    [&](std::int64_t side, std::int64_t, std::int64_t) {
                      if (watch.verdict()) return;
                      const auto k = static_cast<std::size_t>(side);
                      const std::int64_t component = moving[k / 2];
                      ProfileInterval& interval = profile.intervals[static_cast<std::size_t>(component)];
                      Walk walk(fit, component, k % 2 == 0 ? -1 : 1, watch);
                      (k % 2 == 0 ? interval.lower : interval.upper) = walk.find_end();
                      lower_points[k] = std::move(walk.lower_point);
                      solves[k] = walk.solves;
                    });
  });

  for (const std::int64_t component : moving) {
    const auto i = static_cast<std::size_t>(component);
    ProfileInterval& interval = profile.intervals[i];
    interval.lower_ratio = ratio(interval.lower, statistics.parameters[i], fit.threshold);
    interval.upper_ratio = ratio(interval.upper, statistics.parameters[i], fit.threshold);
  }
  for (std::size_t k = 0; k < sides; ++k) {
    profile.solves += solves[k];
    auto& lower = lower_points[k];
    if (lower && (!profile.lower_point || lower->cost < profile.lower_point->cost))
      profile.lower_point = std::move(lower);
  }
  if (const auto verdict = watch.verdict()) {
    profile.status = verdict->status;
    profile.reason = verdict->reason;
  }
  return profile;
}

}  // namespace thalweg::inline v0_1
