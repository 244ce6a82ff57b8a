// From what a file says to what an engine runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// A curve fit ready to be solved. One parameter block holds all fit parameters, in the file's order and by their
/// names; one residual group per data set, and one for the priors when there are any.
struct CurveProblem {
  Problem problem;
  Parameters<Dynamic> parameters{0, 0, 1};
  std::vector<std::shared_ptr<const FormulaModel>> models;  ///< one per data set
};

/// What the names of the equation of a data set stand for.
Symbols symbols_of(const CurveFit& fit, const DataSet& data, const Equation& equation);

/// `start` counts from 1, as --start does. Throws FileError, which names the data set, for what only shows when formula
/// and data meet; Error when there is no such start.
CurveProblem build_problem(const CurveFit& fit, int start = 1);

}  // namespace thalweg::inline v0_1
