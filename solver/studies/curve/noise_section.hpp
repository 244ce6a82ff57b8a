// What a report says of the noise of a curve fit.
#pragma once

#include <vector>

#include <thalweg/minimize/noise_scales.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1::studies {

/// The sentence and the section of the noise. `scales`: one for each data set where they were estimated, else empty.
void add_noise(const CurveFit& fit, const std::vector<NoiseScale>& scales, Report& report);

}  // namespace thalweg::inline v0_1::studies
