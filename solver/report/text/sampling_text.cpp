#include "report/text/sampling_text.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/report/text.hpp>

#include "report/text/sentences.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double most_failed = 0.01;      // of the fits to drawn data
constexpr double noteworthy_bias = 0.25;  // of a standard error (Efron & Tibshirani 1993, section 10.3)

std::string names_of(const Report& report, const std::vector<std::size_t>& which) {
  std::vector<std::string> names;
  for (const std::size_t i : which) names.push_back(printable(report.statistics.parameters[i].name));
  return enumerated(names);
}

std::string about_bootstrap(const Report& report) {
  const Bootstrap& b = *report.bootstrap;
  if (!b.available()) return fmt::format("There are no bootstrap intervals: {}.\n", b.reason);
  std::string out = fmt::format("The intervals are the bootstrap-t of {} fits to data with {} drawn again.\n", b.used,
                                to_string(b.resampling));
  if (b.status != Status::converged) out += fmt::format("The bootstrap was stopped: {}.\n", b.reason);
  if (b.failed > most_failed * (b.used + b.failed))
    out +=
        fmt::format("{} of the fits did not converge; the intervals leave them out and may be too narrow.\n", b.failed);
  std::vector<std::size_t> biased, missing;
  for (std::size_t i = 0; i < b.intervals.size(); ++i) {
    const ParameterStatistics& p = report.statistics.parameters[i];
    if (p.fixed) continue;
    if (std::isnan(b.intervals[i].lower)) missing.push_back(i);
    if (std::abs(b.intervals[i].bias) > noteworthy_bias * p.standard_error) biased.push_back(i);
  }
  if (!missing.empty())
    out += fmt::format("{} {} no interval: in too many of the fits there is no standard error.\n",
                       names_of(report, missing), missing.size() == 1 ? "has" : "have");
  if (!biased.empty())
    out += fmt::format("The estimate{} of {} {} biased by more than a quarter of a standard error.\n",
                       biased.size() == 1 ? "" : "s", names_of(report, biased), biased.size() == 1 ? "is" : "are");
  return out;
}

std::string about_mixing(const Report& report) {
  const Posterior& p = *report.posterior;
  if (p.is_mixed()) return "";
  std::size_t worst = 0;
  for (std::size_t i = 0; i < p.marginals.size(); ++i)
    if (p.marginals[i].r_hat == p.r_hat) worst = i;
  std::string out = fmt::format(
      "The chains have not mixed, and the intervals mean little: R̂ is {:.3f} for {}, where {:.2f} at most is wanted,\n"
      "and {} independent samples are there, where {:.0f} are wanted. ",
      p.r_hat, printable(report.statistics.parameters[worst].name), Posterior::mixed,
      std::isfinite(p.autocorrelation_time) ? fmt::format("{:.0f}", p.independent_samples()) : "too few",
      Posterior::enough);
  return out + fmt::format("More --samples may help, or --sampler {}, or bounds or a prior on {}.\n",
                           p.sampler == Sampler::metropolis ? "ensemble" : "metropolis",
                           printable(report.statistics.parameters[worst].name));
}

std::string about_posterior(const Report& report) {
  const Posterior& p = *report.posterior;
  if (!p.available())
    return p.status == Status::converged ? fmt::format("There are no posterior intervals: {}.\n", p.reason)
                                         : fmt::format("The samples of the posterior were stopped: {}.\n", p.reason);
  return fmt::format(
             "The intervals are quantiles of {} samples of the posterior by {}: acceptance {:.2f}, autocorrelation\n"
             "time {:.3g} steps, R̂ {:.3f}.\n",
             p.samples, p.sampler == Sampler::metropolis ? "random walks" : "stretch moves", p.acceptance,
             p.autocorrelation_time, p.r_hat) +
         about_mixing(report);
}

}  // namespace

std::string sampling_text(const Report& report) {
  std::string out;
  if (report.bootstrap) out += "\n" + about_bootstrap(report);
  if (report.posterior) out += "\n" + about_posterior(report);
  return out;
}

}  // namespace thalweg::inline v0_1
