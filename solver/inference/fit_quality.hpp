// How good a fit is as a whole: R² and information criteria.
#pragma once

#include <span>
#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// √Σ v², where the squares may leave the range of numbers.
double norm(std::span<const double> v);

/// Values in the order of groups, then items, then components, as residuals of that size would be
/// (ResidualGroup::standardize); they may end early.
std::vector<double> standardized(const Problem& problem, std::span<const double> values);

/// 1 − RSS / TSS, √RSS = `left` being the norm of the residuals that belong to the response, which come first; NaN
/// without one. TSS is Σ of the squares of the standardized response less the constant that makes it least, the
/// weighted mean.
double r_squared(const Problem& problem, double left, std::span<const double> response);

/// AIC, AICc and BIC of m residuals whose norm is `size`, with `rank` determined parameters.
void set_information_criteria(const Problem& problem, double m, double size, double rank, FitStatistics& s);

/// Of costs that are minus a log likelihood themselves; unset where there is anything else, such as a penalty. Also the
/// probability of Pearson's χ², where all groups hold counts.
void set_likelihood_criteria(const Program& program, const std::vector<double>& x, double rank, FitStatistics& s);

}  // namespace thalweg::inline v0_1
