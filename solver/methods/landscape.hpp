// The map of a problem of two parameters.
#pragma once

#include <thalweg/methods/compare.hpp>

namespace thalweg::inline v0_1 {

/// F over a window that shows the starts, the known minima, the ends, and of the paths what stays near those.
Landscape survey(const CompareCase& problem, const ComparedProblem& compared);

}  // namespace thalweg::inline v0_1
