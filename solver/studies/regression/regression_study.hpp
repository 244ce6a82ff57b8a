// Regressions as a kind of problem.
#pragma once

#include <thalweg/models/regression_fit.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

std::unique_ptr<Study> study_of(RegressionFit fit);

}  // namespace thalweg::inline v0_1::studies
