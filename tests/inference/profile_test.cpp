#include <thalweg/inference/profile.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <thalweg/minimize/solve.hpp>

using doctest::Approx;
using thalweg::FitStatistics;
using thalweg::Noise;
using thalweg::Options;
using thalweg::Problem;
using thalweg::Profile;
using thalweg::ProfileEnd;
using thalweg::Result;
using thalweg::Vec;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Profiled {
  Result result;
  FitStatistics statistics;
  Profile profile;
};

Profiled profiled(const Problem& problem, double level = 0.95, const Options& options = {}) {
  Profiled p;
  p.result = thalweg::solve(problem);
  p.statistics = thalweg::statistics(problem, p.result);
  p.profile = thalweg::profile(problem, p.result, p.statistics, options, level);
  return p;
}

/// y = a + b x through x = 0..3, y = 1, 3, 4, 6: b = 1.6, and F = 0.1 + ½ 5 (b − 1.6)² when a follows.
struct Line {
  Problem problem;
  thalweg::Parameters<2> p = problem.add_parameters("p", Vec<double, 2>{0.0, 1.0});
  Line() {
    const std::vector<double> x = {0, 1, 2, 3}, y = {1, 3, 4, 6};
    problem.add_residuals(
        "line", [](const auto& q, double xi, double yi) { return q[0] + q[1] * xi - yi; }, p, x, y);
  }
};

/// Biochemical oxygen demand (Bates & Watts 1988, table A1.4): mg/l after days; θ₁ (1 − exp(−θ₂ t)).
const std::vector<double> days = {1, 2, 3, 4, 5, 7}, demand = {8.3, 10.3, 19.0, 16.0, 15.6, 19.8};

struct Demand {
  Problem problem;
  thalweg::Parameters<2> p = problem.add_parameters("p", Vec<double, 2>{20.0, 0.5});
  Demand() {
    problem.add_residuals(
        "demand", [](const auto& q, double t, double y) { return q[0] * (1.0 - exp(-q[1] * t)) - y; }, p, days, demand);
  }
  /// Σr² minimised over θ₁, which is linear, in closed form.
  static double rss_of_rate(double rate) {
    double ff = 0.0, fy = 0.0, yy = 0.0;
    for (std::size_t i = 0; i < days.size(); ++i) {
      const double f = -std::expm1(-rate * days[i]);
      ff += f * f;
      fy += f * demand[i];
      yy += demand[i] * demand[i];
    }
    return yy - fy * fy / ff;
  }
  /// Σr² minimised over θ₂ by a dense grid of its logarithm, refined three times.
  static double rss_of_limit(double limit) {
    const auto rss = [&](double log_rate) {
      double sum = 0.0;
      for (std::size_t i = 0; i < days.size(); ++i)
        sum += std::pow(-limit * std::expm1(-std::exp(log_rate) * days[i]) - demand[i], 2);
      return sum;
    };
    double low = -12.0, high = 5.0, best = 0.0;
    for (int round = 0; round < 4; ++round) {
      const double step = (high - low) / 2000.0;
      best = low;
      for (int k = 0; k <= 2000; ++k)
        if (rss(low + k * step) < rss(best)) best = low + k * step;
      low = best - step;
      high = best + step;
    }
    return rss(best);
  }
};

/// Where f, rising outwards, crosses `level` between two points: by halving.
template <class F>
double crossing(F f, double inside, double outside, double level) {
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (inside + outside);
    (f(middle) < level ? inside : outside) = middle;
  }
  return inside;
}

}  // namespace

TEST_CASE("the profile of a linear model is its linear interval") {
  for (const Noise noise : {Noise::estimated, Noise::known}) {
    Line line;
    line.problem.set_noise(noise);
    const Profiled f = profiled(line.problem);
    REQUIRE(f.profile.available());
    CHECK(f.profile.threshold == Approx(noise == Noise::known ? 1.959963984540054 : 4.302652729911275));
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& p = f.statistics.parameters[i];
      const thalweg::ProfileInterval& interval = f.profile.intervals[i];
      const double width = p.upper_interval - p.lower_interval;
      CHECK(std::abs(interval.lower.value - p.lower_interval) < 1e-6 * width);
      CHECK(std::abs(interval.upper.value - p.upper_interval) < 1e-6 * width);
      CHECK(interval.lower.kind == ProfileEnd::threshold);
      CHECK(interval.upper.kind == ProfileEnd::threshold);
      CHECK(interval.lower_ratio == Approx(1.0).epsilon(1e-6));
    }
    CHECK(f.profile.status == thalweg::Status::converged);
    CHECK(f.profile.reason.empty());
    CHECK_FALSE(f.profile.lower_point);
    CHECK(f.profile.solves <= 12);
  }
}

TEST_CASE("biochemical oxygen demand: the profiles of Bates and Watts, against a dense search") {
  Demand bod;
  const Profiled f = profiled(bod.problem);
  CHECK(f.result.x[0] == Approx(19.143).epsilon(1e-4));  // as published
  CHECK(f.result.x[1] == Approx(0.5311).epsilon(1e-4));
  CHECK(f.statistics.residual_standard_deviation == Approx(2.549).epsilon(1e-3));
  const double s = f.statistics.residual_standard_deviation, t_4 = 2.7764451051977987;
  const double level = 2.0 * f.result.final_cost + s * s * t_4 * t_4;
  const auto& limit = f.profile.intervals[0];
  const auto& rate = f.profile.intervals[1];
  CHECK(rate.lower.value == Approx(crossing(Demand::rss_of_rate, f.result.x[1], 1e-3, level)).epsilon(1e-6));
  CHECK(rate.upper.value == Approx(crossing(Demand::rss_of_rate, f.result.x[1], 20.0, level)).epsilon(1e-6));
  CHECK(limit.lower.value == Approx(crossing(Demand::rss_of_limit, f.result.x[0], 10.0, level)).epsilon(1e-6));
  CHECK(limit.upper.value == Approx(crossing(Demand::rss_of_limit, f.result.x[0], 300.0, level)).epsilon(1e-6));
  // The linear interval of the rate is far too short on the right, and reaches below zero on the left.
  CHECK(f.statistics.parameters[1].lower_interval < 0.0);
  CHECK(rate.lower.value > 0.0);
  CHECK(rate.upper_ratio > 1.2);
  CHECK(rate.lower_ratio < 1.0 / 1.2);
}

TEST_CASE("an interval that has no end is infinite, the other end stays") {
  Demand bod;
  const Profiled f = profiled(bod.problem, 0.99);
  const auto& limit = f.profile.intervals[0];
  const auto& rate = f.profile.intervals[1];
  const double s = f.statistics.residual_standard_deviation, t_4 = 4.604094871415897;
  const double level = 2.0 * f.result.final_cost + s * s * t_4 * t_4;
  // At an infinite rate the model is a constant, at an infinite limit a line through the origin: neither is bad enough.
  CHECK(Demand::rss_of_rate(1e6) < level);
  CHECK(Demand::rss_of_limit(1e5) < level);
  CHECK(rate.upper.kind == ProfileEnd::infinite);
  CHECK(rate.upper.value == infinity);
  CHECK(std::isnan(rate.upper_ratio));
  CHECK(limit.upper.kind == ProfileEnd::infinite);
  CHECK(limit.lower.value == Approx(crossing(Demand::rss_of_limit, f.result.x[0], 10.0, level)).epsilon(1e-6));
}

TEST_CASE("next to a bound the interval ends there; at an active bound it is the one-sided one") {
  // Not active: the estimate 1.6 lies inside, the linear interval [0.99, 2.21] beyond.
  Line near;
  near.problem.set_bounds(near.p, 1, 0.0, 1.75);
  const Profiled inside = profiled(near.problem);
  CHECK(inside.profile.intervals[1].upper.kind == ProfileEnd::bound);
  CHECK(inside.profile.intervals[1].upper.value == 1.75);
  CHECK(inside.profile.intervals[1].lower.value == Approx(inside.statistics.parameters[1].lower_interval));
  // b's bound is met while a is profiled: from there on a moves alone.
  const auto rss_of_a = [](double a) {
    const double free = (3 + 8 + 18 - 6 * a) / 14.0, b = std::min(free, 1.75);
    return std::pow(a - 1, 2) + std::pow(a + b - 3, 2) + std::pow(a + 2 * b - 4, 2) + std::pow(a + 3 * b - 6, 2);
  };
  const double level = 0.2 + 0.1 * std::pow(4.302652729911275, 2);
  CHECK(inside.profile.intervals[0].lower.value == Approx(crossing(rss_of_a, 1.1, -5.0, level)).epsilon(1e-6));
  CHECK(inside.profile.intervals[0].lower_ratio < 0.9);

  for (const double upper : {1.6 - 1e-9, 1.5, 0.5}) {
    CAPTURE(upper);
    Line active;
    active.problem.set_bounds(active.p, 1, -infinity, upper);
    const Profiled f = profiled(active.problem);
    const auto& p = f.statistics.parameters[1];
    REQUIRE(p.at_bound);
    const auto& interval = f.profile.intervals[1];
    CHECK(interval.upper.kind == ProfileEnd::bound);
    CHECK(interval.upper.value == upper);
    CHECK(interval.lower.kind == ProfileEnd::threshold);
    CHECK(std::abs(interval.lower.value - p.lower_interval) < 1e-6 * (p.upper_interval - p.lower_interval));
  }
}

TEST_CASE("several parameters at their bounds: the one-sided intervals are the profiles of a quadratic") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 4>{1.0, 1.0, 1.0, 1.0});
  std::vector<double> x, y;
  for (int i = 0; i < 12; ++i) {
    x.push_back(0.5 * i);
    y.push_back(2.0 - 0.7 * x.back() + 0.1 * std::pow(x.back(), 2) + 0.2 * std::sin(5.0 * i));
  }
  problem.add_residuals(
      "cubic", [](const auto& q, double t, double v) { return q[0] + t * (q[1] + t * (q[2] + t * q[3])) - v; }, p, x,
      y);
  problem.set_bounds(p, 0, 2.5, infinity);
  problem.set_bounds(p, 3, 0.1, infinity);
  const Profiled f = profiled(problem);
  REQUIRE(f.statistics.free == std::vector<int>{1, 2});
  for (const std::size_t i : {0u, 3u}) {
    const auto& s = f.statistics.parameters[i];
    REQUIRE(s.at_bound);
    const auto& interval = f.profile.intervals[i];
    // The other bound stays active all the way, so the profile is the quadratic of the statistics.
    CHECK(interval.upper.value == Approx(s.upper_interval).epsilon(1e-7));
    CHECK(interval.lower.kind == ProfileEnd::bound);
  }
}

TEST_CASE("what the data do not determine has no ends, and what is fixed no interval") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 4>{0.5, 1.0, 0.25, 3.0});
  const std::vector<double> x = {0, 1, 2, 3}, y = {1, 3, 4, 6};
  problem.add_residuals(
      "sum", [](const auto& q, double xi, double yi) { return q[0] + q[2] + q[1] * xi + 0.0 * q[3] - yi; }, p, x, y);
  problem.set_bounds(p, 2, -1.0, infinity);
  problem.fix(p, 3);
  const Profiled f = profiled(problem);
  const auto& sum = f.profile.intervals;
  CHECK(sum[0].lower.kind == ProfileEnd::infinite);
  CHECK(sum[0].lower.value == -infinity);
  CHECK(sum[2].lower.kind == ProfileEnd::bound);
  CHECK(sum[2].upper.kind == ProfileEnd::infinite);
  CHECK(sum[1].upper.value == Approx(f.statistics.parameters[1].upper_interval));
  CHECK(sum[3].lower.kind == ProfileEnd::unknown);
  CHECK(std::isnan(sum[3].upper.value));
}

TEST_CASE("a single parameter, and an end where the model stops being finite") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{1.0});
  const std::vector<double> y = {0.9, -0.4, 2.0, -1.1};
  problem.add_residuals(
      "roots", [](const auto& q, double yi) { return sqrt(q[0]) - yi; }, p, y);
  const Profiled f = profiled(problem);
  // Σ(√θ − y)² = 4 (√θ − 0.35)² + const: the threshold on the left would lie at √θ < 0.
  CHECK(f.result.x[0] == Approx(0.35 * 0.35));
  CHECK(f.profile.intervals[0].lower.kind == ProfileEnd::edge);
  CHECK(std::abs(f.profile.intervals[0].lower.value) < 1e-7);
  const double s = f.statistics.residual_standard_deviation, t_3 = 3.182446305284263;
  CHECK(f.profile.intervals[0].upper.value == Approx(std::pow(0.35 + 0.5 * t_3 * s, 2)).epsilon(1e-6));
}

TEST_CASE("a profile that finds a lower cost says so") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{-2.0});
  problem.add_residuals(
      "well",
      [](const auto& q) {
        return std::array{q[0] * q[0] - 4.0, 0.5 * (q[0] - 1.0)};
      },
      p);
  problem.set_noise(Noise::known);
  problem.set_bounds(p, 0, -5.0, 5.0);
  Profiled f = profiled(problem);
  REQUIRE(f.result.x[0] < -1.0);
  // τ crosses the hill between the valleys: known noise σ = 1 makes it steep, σ = 10 lets the interval pass it
  // to the bound, in the lower valley.
  CHECK(f.profile.intervals[0].upper.kind == ProfileEnd::threshold);
  problem.groups()[0]->set_sigma(std::vector<double>{10.0});
  problem.set_bounds(p, 0, -5.0, 2.2);
  f = profiled(problem);
  REQUIRE(f.profile.lower_point);
  CHECK(f.profile.lower_point->parameter == "p");
  CHECK(f.profile.lower_point->cost < f.result.final_cost);
  CHECK(f.profile.lower_point->x[0] > 0.0);
  CHECK(f.profile.intervals[0].upper.kind == ProfileEnd::unknown);
}

TEST_CASE("of 400 simulated fits the intervals hold the truth in 95 %") {
  const std::vector<double> truth = {2.0, 0.8};
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise(0.0, 0.15);
  int profile_holds[2] = {0, 0};
  constexpr int fits = 400;
  for (int k = 0; k < fits; ++k) {
    std::vector<double> t, y;
    for (int i = 0; i < 8; ++i) {
      t.push_back(0.5 * i);
      y.push_back(truth[0] * std::exp(-truth[1] * t.back()) + noise(random));
    }
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 2>{1.5, 1.0});
    problem.add_residuals(
        "decay", [](const auto& q, double ti, double yi) { return q[0] * exp(-q[1] * ti) - yi; }, p, t, y);
    const Profiled f = profiled(problem);
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& interval = f.profile.intervals[i];
      profile_holds[i] += interval.lower.value <= truth[i] && truth[i] <= interval.upper.value;
    }
  }
  const double error = std::sqrt(0.95 * 0.05 / fits);
  for (const int holds : profile_holds) CHECK(std::abs(holds / double{fits} - 0.95) < 3.0 * error);
}

TEST_CASE("the same bits with any number of threads; a request leaves ends unknown") {
  Demand bod;
  Options one;
  one.threads = 1;
  const Profiled a = profiled(bod.problem, 0.95, one), b = profiled(bod.problem);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(a.profile.intervals[i].lower.value == b.profile.intervals[i].lower.value);
    CHECK(a.profile.intervals[i].upper.value == b.profile.intervals[i].upper.value);
  }
  CHECK(a.profile.solves == b.profile.solves);

  const std::atomic<bool> stop = true;
  Options interrupted;
  interrupted.interrupt = &stop;
  const Profiled none = profiled(bod.problem, 0.95, interrupted);
  CHECK(none.profile.status == thalweg::Status::interrupted);
  CHECK(none.profile.reason == "on request");
  CHECK(none.profile.intervals[0].lower.kind == ProfileEnd::unknown);
  Options hurried;
  hurried.time_limit = 0.0;
  CHECK(profiled(bod.problem, 0.95, hurried).profile.status == thalweg::Status::time_limit);
}

TEST_CASE("no profile without a minimum, without noise, or for a level that is none") {
  Line line;
  Profiled f = profiled(line.problem);
  CHECK_THROWS_WITH_AS(thalweg::profile(line.problem, f.result, f.statistics, {}, 1.0),
                       "level is 1; expected a number between 0 and 1", thalweg::Error);
  f.result.status = thalweg::Status::stalled;
  const Profile stalled = thalweg::profile(line.problem, f.result, f.statistics);
  CHECK_FALSE(stalled.available());
  CHECK(stalled.reason == "the solve did not converge");
  f.result.status = thalweg::Status::converged;
  f.statistics.residual_standard_deviation = 0.0;
  CHECK(thalweg::profile(line.problem, f.result, f.statistics).reason == "the fit is exact");
  f.statistics.residual_standard_deviation = NAN;
  CHECK(thalweg::profile(line.problem, f.result, f.statistics).reason == "there are no more data than parameters");
}
