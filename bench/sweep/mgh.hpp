// Moré, Garbow & Hillstrom's sums of squares as formulas.
#pragma once

#include <vector>

#include "problems.hpp"

namespace sweep {

/// Sixteen of their functions, with their standard starts. Each set of residuals is one data set of the fit.
std::vector<SweepProblem> mgh_fits();

}  // namespace sweep
