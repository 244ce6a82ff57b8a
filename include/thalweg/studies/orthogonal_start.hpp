// Where a fit with errors in x begins.
#pragma once

#include <vector>

#include <thalweg/minimize/options.hpp>
#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1 {

/// The start of the problem, or the solution of the same fit without errors in x from there, whichever has the lower
/// cost: distances from a curve bend more by the parameters than differences do, and cost as much as several of them.
/// The start where an equation is implicit. `built` is of `fit`. Costs a solve without errors in x.
std::vector<double> orthogonal_start(const CurveFit& fit, const CurveProblem& built, const Options& options);

}  // namespace thalweg::inline v0_1
