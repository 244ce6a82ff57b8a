// What is drawn of a curve fit.
#pragma once

#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/report/picture.hpp>

namespace thalweg::inline v0_1::studies {

/// At the parameters x, whose statistics are `s`.
FitPicture fit_picture(const CurveFit& fit, const CurveProblem& built, const std::vector<double>& x,
                       const FitStatistics& s);

}  // namespace thalweg::inline v0_1::studies
