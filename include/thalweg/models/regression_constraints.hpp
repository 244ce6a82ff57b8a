// Conditions on the coefficients of a regression.
#pragma once

#include <span>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/regression.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Adds conditions on the coefficients by their names, in the user's units whether or not the model standardises its
/// inputs, to a problem that RegressionModel::problem() made. Names that are not letters and digits stand in backticks:
/// "intercept = 0", "x1 + x2 = 1", "`petal width` < 2". Throws FormulaError for an expression that is no condition, and
/// Error for a name that is no coefficient.
void add_constraints(const RegressionModel& model, std::span<const NamedExpression> constraints, Problem& problem);

}  // namespace thalweg::inline v0_1
