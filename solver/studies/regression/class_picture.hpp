// What a classifier does, as a picture: its regions in a plane, or its probabilities along a line.
#pragma once

#include <optional>
#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/studies/regression_section.hpp>

#include "report/json/json_parts.hpp"
#include "studies/regression/regression.hpp"

namespace thalweg::inline v0_1 {
namespace studies {

/// Of the model at x on its training samples. Of more than two inputs those two are drawn in whose plane, the others at
/// their means, most samples are predicted as the whole model predicts them. Nothing for numbers, for more than ten
/// classes or twelve inputs, and for one input without probabilities (hinge).
std::optional<ClassPicture> class_picture(const Regression& regression, const std::vector<double>& x,
                                          const FitStatistics& statistics);

}  // namespace studies

namespace html {

json_parts::Json data_of(const ClassPicture& picture);

}  // namespace html
}  // namespace thalweg::inline v0_1
