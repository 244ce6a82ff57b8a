// Samples of the posterior distribution of the parameters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

enum class Sampler {
  metropolis,  ///< random walks with steps of the Laplace approximation's shape (Metropolis et al. 1953; Hastings 1970)
  ensemble,    ///< affine-invariant stretch moves (Goodman & Weare 2010)
};
std::string_view to_string(Sampler);

struct PosteriorOptions {
  Sampler sampler = Sampler::metropolis;
  int samples = 20000;  ///< that are kept, of all chains together; before them a quarter as many are left out
  std::uint64_t seed = 1;
};

/// Samples of p(x | data), for a flat prior within the bounds times what residuals marked as priors say. With F the
/// cost of the data and F₀ that of the priors, m the number of the data,
///     known noise      ln p = −F − F₀,
///     estimated noise  ln p = −(m/2) ln F − F₀, σ integrated out with its prior 1/σ (Jeffreys; Gelman et al.
///     2013, 3.2):
/// of a linear model Student's t with m − n degrees of freedom.
///
/// Four chains, from points scattered around the solution by the covariance of the fit. Autocorrelation times are those
/// of one chain's steps (Sokal 1997; Goodman & Weare 2010, section 3); R̂ compares the halves of all chains (Gelman et
/// al. 2013, section 11.4): above `mixed` they do not tell of one distribution yet.
struct Posterior {
  static constexpr double mixed = 1.02;
  static constexpr double enough = 400.0;  ///< independent samples, for the ends of an interval
  struct Marginal {
    double lower = unset, upper = unset;  ///< quantiles ½ ± level/2; unset where the parameter is fixed
    double mean = unset, median = unset, standard_deviation = unset;
    double autocorrelation_time = unset, r_hat = unset;
  };
  std::vector<Marginal> marginals;  ///< of all components of x; empty when there are none
  std::vector<double> draws;        ///< samples × components of x, row-major, chain after chain
  Sampler sampler = Sampler::metropolis;
  double level = 0.95;
  std::int64_t samples = 0;
  double acceptance = unset;            ///< part of the proposals that was taken
  double autocorrelation_time = unset;  ///< the longest of all parameters, in steps
  double r_hat = unset;                 ///< the largest
  std::int64_t evaluations = 0;         ///< of the cost
  Status status = Status::converged;    ///< or interrupted, time_limit: there are no marginals then
  std::string reason;                   ///< why there are none; may be empty

  bool available() const { return !marginals.empty(); }
  /// Samples over the autocorrelation time: as many independent ones say as much.
  double independent_samples() const;
  bool is_mixed() const { return r_hat <= mixed && independent_samples() >= enough; }
};

/// The quantiles ½ ± level/2 of values (Hyndman & Fan 1996, definition 7), of which there must be some.
std::pair<double, double> central_interval(std::vector<double> values, double level);

/// `result` and `statistics` as solve and statistics returned them. There are samples where profile() has intervals,
/// the errors of all parameters that move are known, and the data outnumber them. The chains run side by side on
/// Options::threads; the result is the same bits for any number. time_limit and interrupt hold for the whole. Throws
/// Error for too few samples for the chains, and a level outside (0, 1). Costs 1.25 × `samples` costs of the problem.
Posterior posterior(const Problem& problem, const Result& result, const FitStatistics& statistics,
                    const Options& options = {}, double level = 0.95, const PosteriorOptions& how = {});

}  // namespace thalweg::inline v0_1
