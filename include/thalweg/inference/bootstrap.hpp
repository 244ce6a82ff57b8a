// The bootstrap: intervals from fits to data drawn again from the data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

enum class Resampling {
  residuals,  ///< the fitted curve plus residuals drawn with replacement, smoothed: errors of one distribution
  cases,      ///< rows drawn with replacement: errors that differ from row to row, or a curve that is not quite right
};
std::string_view to_string(Resampling);

struct BootstrapOptions {
  Resampling resampling = Resampling::residuals;
  int samples = 2000;  ///< data sets that are drawn and fitted
  std::uint64_t seed = 1;
};

/// Each drawn data set is fitted from the solution x̂, and t* = (x* − x̂) / s* is kept, s* the standard error of that
/// fit. The interval is x̂ − s t*, t* at its quantiles ½ ± level/2 and s the standard error of the fit itself (the
/// bootstrap-t; Efron & Tibshirani 1993, section 12.5; coverage is right to order 1/m), cut off at the bounds.
/// Residuals that are drawn are divided by √(1 − leverage) and centred in each group (Davison & Hinkley 1997,
/// section 6.2.3). They are smoothed and shrunk by a normal kernel (Silverman & Young 1987), h² = √(24/ν) of their
/// covariance for ν degrees of freedom: much for tens of rows, whose residuals are too few to have the tails of their
/// distribution, and little for thousands.
struct Bootstrap {
  struct Interval {
    double lower = unset, upper = unset;  ///< unset where the parameter is fixed or too few draws have a standard error
    double bias = unset;                  ///< mean of x* − x̂
    double standard_deviation = unset;    ///< of x*
  };
  std::vector<Interval> intervals;  ///< of all components of x; empty when there are none
  std::vector<double> draws;        ///< used × components of x, row-major: the solutions x*
  Resampling resampling = Resampling::residuals;
  double level = 0.95;
  int used = 0, failed = 0;           ///< fits that converged, and that did not
  Status status = Status::converged;  ///< or interrupted, time_limit: there are fewer draws than were wanted
  std::string reason;                 ///< why there are no intervals, or what stopped them; may be empty

  bool available() const { return !intervals.empty(); }
};

/// `result` and `statistics` as solve and statistics returned them. There are intervals where profile() has some, but
/// not of counts by residuals, nor by cases where residuals are correlated or read different blocks; residuals marked
/// as priors are drawn from the normal distribution of their σ, or kept by cases. The fits run side by side on
/// Options::threads; the result is the same bits for any number. time_limit, interrupt and callback hold for the whole.
/// Throws Error for fewer than 1 sample and a level outside (0, 1). Costs `samples` solves from nearby.
Bootstrap bootstrap(const Problem& problem, const Result& result, const FitStatistics& statistics,
                    const Options& options = {}, double level = 0.95, const BootstrapOptions& how = {});

}  // namespace thalweg::inline v0_1
