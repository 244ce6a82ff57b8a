#include <thalweg/inference/posterior.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <base/names.hpp>
#include <minimize/loop/watch.hpp>
#include <thalweg/base/parallel.hpp>

#include "inference/likelihood.hpp"
#include "inference/sampling/chains.hpp"
#include "inference/sampling/quantile.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr Name<Sampler> samplers[] = {{"metropolis", Sampler::metropolis}, {"ensemble", Sampler::ensemble}};
constexpr int chain_count = 4;
constexpr int least_steps = 100;  // of a chain
constexpr int least_walkers = 8;  // of an ensemble; 2n + 2 where that is more
constexpr int left_out_part = 4;  // before the samples: one step for so many

/// How many steps each chain makes, of how many walkers.
struct Shape {
  int walkers = 1, steps = 0;
};

Shape shape_of(const PosteriorOptions& how, Eigen::Index n) {
  Shape shape;
  if (how.sampler == Sampler::ensemble) shape.walkers = std::max(least_walkers, 2 * static_cast<int>(n) + 2);
  shape.steps = (how.samples + chain_count * shape.walkers - 1) / (chain_count * shape.walkers);
  if (shape.steps < least_steps)
    throw Error(fmt::format("{} samples are too few for {} chains{}; expected at least {}", how.samples, chain_count,
                            shape.walkers == 1 ? "" : fmt::format(" of {} walkers", shape.walkers),
                            chain_count * shape.walkers * least_steps));
  return shape;
}

/// The draws of all chains as points x, chain after chain and step after step.
void keep_draws(const std::vector<Chain>& chains, const LogDensity& density, const std::vector<double>& x,
                Posterior& found) {
  for (const Chain& chain : chains)
    for (Eigen::Index step = 0; step < chain.walkers[0].cols(); ++step)
      for (const Eigen::MatrixXd& walker : chain.walkers) {
        const Eigen::VectorXd moved = density.x_of(walker.col(step));
        const auto begin = static_cast<std::ptrdiff_t>(found.draws.size());
        found.draws.insert(found.draws.end(), x.begin(), x.end());
        for (std::size_t j = 0; j < density.components().size(); ++j)
          found.draws[static_cast<std::size_t>(begin + density.components()[j])] = moved[static_cast<Eigen::Index>(j)];
        ++found.samples;
      }
}

/// Chains in x in the place of z, for what is said of single parameters.
std::vector<Chain> in_parameters(std::vector<Chain> chains, const LogDensity& density) {
  for (Chain& chain : chains)
    for (Eigen::MatrixXd& walker : chain.walkers)
      for (Eigen::Index step = 0; step < walker.cols(); ++step)
        walker.col(step) = density.x_of(walker.col(step)).eval();
  return chains;
}

/// The central interval of sorted values.
std::pair<double, double> ends_of(const std::vector<double>& sorted, double level) {
  return {quantile_of(sorted, 0.5 - 0.5 * level), quantile_of(sorted, 0.5 + 0.5 * level)};
}

Posterior::Marginal marginal_of(const Posterior& found, std::size_t component, std::size_t size) {
  Posterior::Marginal marginal;
  std::vector<double> values;
  for (std::size_t at = component; at < found.draws.size(); at += size) values.push_back(found.draws[at]);
  const auto count = static_cast<double>(values.size());
  marginal.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0.0;
  for (const double v : values) squares += (v - marginal.mean) * (v - marginal.mean);
  marginal.standard_deviation = std::sqrt(squares / (count - 1.0));
  std::sort(values.begin(), values.end());
  marginal.median = quantile_of(values, 0.5);
  std::tie(marginal.lower, marginal.upper) = ends_of(values, found.level);
  return marginal;
}

void summarise(std::vector<Chain> chains, const LogDensity& density, const Result& result, Posterior& found) {
  keep_draws(chains, density, result.x, found);
  double accepted = 0.0, proposed = 0.0;
  for (const Chain& chain : chains) {
    accepted += chain.accepted;
    proposed += chain.proposed;
  }
  found.acceptance = accepted / proposed;
  chains = in_parameters(std::move(chains), density);
  found.marginals.resize(result.x.size());
  found.autocorrelation_time = found.r_hat = 0.0;
  for (std::size_t j = 0; j < density.components().size(); ++j) {
    const auto i = static_cast<std::size_t>(density.components()[j]);
    Posterior::Marginal& marginal = found.marginals[i];
    marginal = marginal_of(found, i, result.x.size());
    marginal.autocorrelation_time = autocorrelation_time(chains, static_cast<Eigen::Index>(j));
    marginal.r_hat = split_r_hat(chains, static_cast<Eigen::Index>(j));
    found.autocorrelation_time = std::max(found.autocorrelation_time, marginal.autocorrelation_time);
    found.r_hat = std::max(found.r_hat, marginal.r_hat);
  }
}

}  // namespace

std::string_view to_string(Sampler sampler) { return name_of(samplers, sampler); }

std::pair<double, double> central_interval(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  return ends_of(values, level);
}

double Posterior::independent_samples() const { return static_cast<double>(samples) / autocorrelation_time; }

Posterior posterior(const Problem& problem, const Result& result, const FitStatistics& statistics,
                    const Options& options, double level, const PosteriorOptions& how) {
  options.validate();
  if (!(level > 0.0 && level < 1.0)) throw Error(fmt::format("level is {}; expected a number between 0 and 1", level));
  Posterior found;
  found.sampler = how.sampler;
  found.level = level;
  found.reason = why_no_likelihood(problem, result, statistics);
  if (found.reason.empty()) found.reason = why_no_density(problem, result, statistics);
  if (!found.reason.empty()) return found;

  const LogDensity density(problem, result, statistics);
  const Shape shape = shape_of(how, density.size());
  const int before = std::max(least_steps, shape.steps / left_out_part);
  Watch watch(options);
  std::vector<Chain> chains(chain_count);
  std::vector<std::int64_t> evaluations(chain_count);
  unless_cancelled([&] {
    parallel_chunks(chain_count, 1, options.threads, [&](std::int64_t k, std::int64_t, std::int64_t) {
      regression::Random random(regression::mixed(how.seed) + regression::mixed(static_cast<std::uint64_t>(k)));
      LogDensity own(problem, result, statistics);
      const GoOn go_on = [&] { return !watch.verdict(); };
      const auto at = static_cast<std::size_t>(k);
      chains[at] = how.sampler == Sampler::metropolis
                       ? random_walk(own, random, before, shape.steps, go_on)
                       : stretch_moves(own, random, shape.walkers, before, shape.steps, go_on);
      evaluations[at] = own.evaluations();
    });
  });
  found.evaluations = std::accumulate(evaluations.begin(), evaluations.end(), std::int64_t{0});
  const bool complete = std::none_of(chains.begin(), chains.end(), [](const Chain& c) { return c.walkers.empty(); });
  if (!complete) {
    const auto verdict = watch.verdict();
    found.status = verdict ? verdict->status : Status::interrupted;
    found.reason = verdict ? verdict->reason : "on request";
    return found;
  }
  summarise(std::move(chains), density, result, found);
  return found;
}

}  // namespace thalweg::inline v0_1
