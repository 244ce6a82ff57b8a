// Constraints as rows of statistics. Private.
#pragma once

#include <span>
#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

struct BoundProblem {
  Problem rows;
  std::vector<double> norms;  ///< ‖Jⱼ‖ of the residuals by number of x; empty where the result has no constraints
};

/// The residuals of a problem, which must outlive it, and a row for each constraint that the result holds active, 1e6
/// times as heavy as those of the data: of A the gradients of these, Z a basis of their null space, (JᵀJ)⁻¹ of all rows
/// is Z (ZᵀJᵀJ Z)⁻¹ Zᵀ of the data to some 1e-12 (Silvey 1959; Stoica & Ng 1998). Its residuals are those of the
/// problem, then those rows. Without constraints.
BoundProblem bound_problem(const Problem& problem, const Result& result);

/// Of statistics of the bound problem: R² is of the response, as of statistics(), the error of a parameter that
/// constraints alone determine is 0, and criteria of information are unset, since which constraints are active is
/// itself an outcome.
void settle_constrained(const Problem& problem, const BoundProblem& bound, const Result& result,
                        std::span<const double> response, FitStatistics& s);

}  // namespace thalweg::inline v0_1
