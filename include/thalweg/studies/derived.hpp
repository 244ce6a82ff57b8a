// Errors and intervals of the expressions of a curve fit's parameters.
#pragma once

#include <vector>

#include <thalweg/inference/derived.hpp>
#include <thalweg/inference/posterior.hpp>
#include <thalweg/inference/profile.hpp>
#include <thalweg/models/parameter_expressions.hpp>

namespace thalweg::inline v0_1 {

/// One expression in one group of rows.
struct DerivedQuantity {
  std::size_t expression;  ///< which of ParameterExpressions
  std::size_t group;       ///< which of CurveFit::groups; 0 where it is the same in all, or there are none
  DerivedStatistics statistics;
};

/// The values, errors and intervals of all of them at x, a solution of `built`. What is per group is there for each
/// group, named "half_life[subject 3]".
std::vector<DerivedQuantity> derived_quantities(const CurveFit& fit, const ParameterExpressions& expressions,
                                                const CurveProblem& built, const std::vector<double>& x,
                                                const FitStatistics& statistics);

/// Their intervals by profile likelihood. A parameter θ = g(p) is added to the fit for each, tied to it by a residual
/// (g(p) − θ)/ε, ε being 1e-4 of its standard error, and profiled: the error of an end is of the order of 1e-8 of its
/// distance. Quantities without a standard error above 0 have none. `options`, `level` and errors are those of
/// profile(); its reason and lower point are the result's.
Profile profile_derived(const CurveFit& fit, const ParameterExpressions& expressions, const Result& result,
                        std::vector<DerivedQuantity>& derived, const Options& options, double level);

/// Their intervals by the samples of a posterior that is available: quantiles of g.
void sample_derived(const CurveFit& fit, const ParameterExpressions& expressions, const CurveProblem& built,
                    const Posterior& posterior, std::vector<DerivedQuantity>& derived);

}  // namespace thalweg::inline v0_1
