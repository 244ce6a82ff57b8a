// How well a fitted model predicts rows that it was not fitted to.
#pragma once

#include <thalweg/studies/model_comparison.hpp>

namespace thalweg::inline v0_1::studies {

/// Of a fit of one data set, at the report's result.
LeaveOneOut leave_one_out(const CurveFit& fit, const Report& report);

}  // namespace thalweg::inline v0_1::studies
