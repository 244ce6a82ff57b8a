// Constraints of a curve fit as residual groups.
#pragma once

#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1 {

/// Whether a constraint reads a parameter that is per group: it then holds in each group of rows.
bool is_per_group(const CurveFit& fit, const NamedExpression& constraint);

/// Adds those of the fit to what is built, whose parameters and residuals are there. Throws FileError for combinations
/// that constraints do not go with.
void add_constraints(const CurveFit& fit, CurveProblem& built);

}  // namespace thalweg::inline v0_1
