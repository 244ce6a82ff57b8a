// From what a file says to what an engine runs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/curve_model.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// A curve fit ready to be solved. One parameter block holds the fit parameters that all rows share, in the file's
/// order and by their names, and one block for each group of rows those that are per group, named "A[subject 3]"; one
/// residual group per data set, and one for the priors when there are any.
struct CurveProblem {
  Problem problem;
  Parameters<Dynamic> parameters{0, 0, 1};
  Parameters<Dynamic> local{0, 0, 0};  ///< a block for each group; none where no parameter is per group
  std::vector<int> place;              ///< of each fit parameter: which component of either it is
  std::vector<std::shared_ptr<const CurveModel>> models;  ///< one per data set
};

/// Where a fit parameter is in x, in one group of rows (0 where there are none).
std::size_t component_of(const CurveFit& fit, const CurveProblem& built, std::size_t parameter, std::size_t group);
/// All parameters of a fit in its own order, in one group of rows (0 where there are none), from a point x of the
/// problem.
std::vector<double> parameters_in_group(const CurveFit& fit, const CurveProblem& built, const std::vector<double>& x,
                                        std::size_t group = 0);
/// The same of any function's derivatives: adds those by the fit's parameters in a group to those by x.
void add_gradient(const CurveFit& fit, const CurveProblem& built, std::size_t group,
                  std::span<const double> by_parameters, std::span<double> by_x);

/// What the names of the equation of a data set stand for.
Symbols symbols_of(const CurveFit& fit, const DataSet& data, const Equation& equation);

/// The model of a data set, without its response, on rows of its own: `values`, an array for each of the columns, which
/// are those that the model reads at least. Of groups of rows the own rows of the set alone. Throws as build_problem().
std::unique_ptr<const CurveModel> model_on(const CurveFit& fit, const CurveProblem& built, std::size_t data_set,
                                           const std::vector<std::string>& columns,
                                           const std::vector<std::vector<double>>& values);

/// `start` counts from 1, as --start does. Under constraints no parameter is marked linear. Throws FileError, which
/// names the data set, for what only shows when formula and data meet; Error when there is no such start.
CurveProblem build_problem(const CurveFit& fit, int start = 1);

}  // namespace thalweg::inline v0_1
