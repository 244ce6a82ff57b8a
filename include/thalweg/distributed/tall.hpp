// Fits of few parameters whose rows are spread over processes.
#pragma once

#include <vector>

#include <thalweg/distributed/solve.hpp>
#include <thalweg/models/curve_fit.hpp>

namespace thalweg::inline v0_1 {

/// The fit with the rows of this process alone: a range of each data set's. Priors stay with process 0. Throws
/// CollectiveError for what ties rows together (covariances, correlated errors, errors of inputs, a scale of the noise
/// for each data set), for constraints, and for more processes than rows. Collective.
CurveFit part_of(const Communicator& communicator, CurveFit whole);

struct TallResult : DistributedResult {
  /// Of each number of x: σ √((JᵀJ)⁻¹ᵢᵢ), σ² = 2F / (m − n), or 1 where the noise is known; NaN where a number does not
  /// move, where J has no full rank, and where a loss is on.
  std::vector<double> standard_errors;
  std::int64_t all_residuals = 0, free_parameters = 0;
};

/// Minimises over the rows of all processes, each of which holds all parameters: a process reduces its rows to a
/// triangle R of n × n numbers, and those are reduced to one (tall-skinny QR: Demmel, Grigori, Hoemmen & Langou 2012),
/// in the order of the processes. `problem`: this process' rows. Bounds and losses as of one process. Throws
/// CollectiveError for more than 64 parameters and for options that do not fit. Collective; n² + 2n numbers from each
/// process an evaluation.
TallResult solve_tall(const Communicator& communicator, const Problem& problem, std::vector<double> start,
                      const Options& options, const DistributedOptions& how = {});

}  // namespace thalweg::inline v0_1
