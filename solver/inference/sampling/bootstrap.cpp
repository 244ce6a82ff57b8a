#include <thalweg/inference/bootstrap.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include <base/names.hpp>
#include <math/random.hpp>
#include <minimize/loop/watch.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/minimize/solve.hpp>

#include "inference/likelihood.hpp"
#include "inference/sampling/quantile.hpp"
#include "inference/sampling/resampled.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr Name<Resampling> resamplings[] = {{"residuals", Resampling::residuals}, {"cases", Resampling::cases}};

// An end of an interval lies among the outermost draws; beyond it there must be some.
constexpr double least_beyond = 5.0;
// Of all draws a standard error must be known, for the quantiles of t*.
constexpr double enough_errors = 0.95;

/// The fit to one drawn data set.
struct Draw {
  bool converged = false;
  std::vector<double> x, error;
};

Draw fit_again(const Resampled& data, const Result& result, std::uint64_t seed, int number, Watch& watch) {
  regression::Random random(regression::mixed(seed) + regression::mixed(static_cast<std::uint64_t>(number)));
  const Problem problem = data.draw(random);
  Options options = watch.for_one_solve();
  options.restarts = 0;
  Result again = Solver(problem).solve_from(result.x, options);
  Draw draw;
  draw.converged = again.converged();
  if (!draw.converged) return draw;
  const FitStatistics s = statistics(problem, again);
  for (const ParameterStatistics& p : s.parameters) draw.error.push_back(p.standard_error);
  draw.x = std::move(again.x);
  return draw;
}

Bootstrap::Interval interval_of(const std::vector<const Draw*>& draws, std::size_t i, const ParameterStatistics& p,
                                double level) {
  Bootstrap::Interval interval;
  if (p.fixed || draws.size() < 2) return interval;
  const auto count = static_cast<double>(draws.size());
  std::vector<double> t;
  double mean = 0.0, squares = 0.0;
  for (const Draw* draw : draws) mean += (draw->x[i] - p.value) / count;
  for (const Draw* draw : draws) {
    const double deviation = draw->x[i] - p.value;
    squares += (deviation - mean) * (deviation - mean);
    if (draw->error[i] > 0.0 && std::isfinite(draw->error[i])) t.push_back(deviation / draw->error[i]);
  }
  interval.bias = mean;
  interval.standard_deviation = std::sqrt(squares / (count - 1.0));
  if (!(p.standard_error > 0.0) || static_cast<double>(t.size()) < enough_errors * count) return interval;
  std::sort(t.begin(), t.end());
  const double beyond = 0.5 * (1.0 - level);
  const auto end = [&](double part) {
    return std::clamp(p.value - p.standard_error * quantile_of(t, part), p.lower_bound, p.upper_bound);
  };
  interval.lower = end(1.0 - beyond);
  interval.upper = end(beyond);
  return interval;
}

std::string too_few(int samples, double level) {
  const double least = std::ceil(2.0 * least_beyond / (1.0 - level));
  if (samples >= least) return "";
  return fmt::format("{} draws do not tell the ends of {:g} % intervals; expected --samples {:.0f} or more", samples,
                     100.0 * level, least);
}

}  // namespace

std::string_view to_string(Resampling resampling) { return name_of(resamplings, resampling); }

Bootstrap bootstrap(const Problem& problem, const Result& result, const FitStatistics& statistics,
                    const Options& options, double level, const BootstrapOptions& how) {
  options.validate();
  if (!(level > 0.0 && level < 1.0)) throw Error(fmt::format("level is {}; expected a number between 0 and 1", level));
  if (how.samples < 1) throw Error(fmt::format("{} samples are to be drawn; expected at least 1", how.samples));
  Bootstrap found;
  found.resampling = how.resampling;
  found.level = level;
  found.reason = why_no_likelihood(problem, result, statistics);
  if (found.reason.empty()) found.reason = why_not_resampled(problem, statistics, how.resampling);
  if (found.reason.empty()) found.reason = too_few(how.samples, level);
  if (!found.reason.empty()) return found;

  Watch watch(options);
  std::vector<Draw> draws(static_cast<std::size_t>(how.samples));
  std::vector<char> done(draws.size(), 0);
  unless_cancelled([&] {
    const Resampled data(problem, result, statistics, how.resampling);
    parallel_chunks(how.samples, 1, options.threads, [&](std::int64_t k, std::int64_t, std::int64_t) {
      if (watch.verdict()) return;
      const auto at = static_cast<std::size_t>(k);
      draws[at] = fit_again(data, result, how.seed, static_cast<int>(k), watch);
      done[at] = 1;
    });
  });
  std::vector<const Draw*> converged;
  for (std::size_t k = 0; k < draws.size(); ++k) {
    if (draws[k].converged) converged.push_back(&draws[k]);
    found.failed += done[k] && !draws[k].converged;
  }
  found.used = static_cast<int>(converged.size());
  if (const auto verdict = watch.verdict()) {
    found.status = verdict->status;
    found.reason = verdict->reason;
  }
  if (std::string few = too_few(found.used, level); !few.empty()) {
    if (found.reason.empty()) found.reason = fmt::format("{} of the fits did not converge, and {}", found.failed, few);
    return found;
  }
  for (std::size_t i = 0; i < result.x.size(); ++i)
    found.intervals.push_back(interval_of(converged, i, statistics.parameters[i], level));
  for (const Draw* draw : converged) found.draws.insert(found.draws.end(), draw->x.begin(), draw->x.end());
  return found;
}

}  // namespace thalweg::inline v0_1
