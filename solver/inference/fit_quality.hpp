// How good a fit is as a whole: R² and information criteria.
#pragma once

#include <span>
#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// √Σ v², where the squares may leave the range of numbers.
double norm(std::span<const double> v);

/// 1 − RSS / TSS about the weighted mean, of the first residuals, which belong to the response; NaN without one.
double r_squared(const std::vector<double>& residual, const std::vector<double>& inverse_sigma,
                 std::span<const double> response);

/// AIC, AICc and BIC of m residuals whose norm is `size`, with `rank` determined parameters.
void set_information_criteria(double m, double size, double rank, const std::vector<double>& inverse_sigma,
                              FitStatistics& s);

/// Of costs that are minus a log likelihood themselves; unset where there is anything else, such as a penalty.
void set_likelihood_criteria(const Program& program, const std::vector<double>& x, double rank, FitStatistics& s);

}  // namespace thalweg::inline v0_1
