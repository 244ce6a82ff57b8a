// What the page of a bundle adjustment draws.
#pragma once

#include <thalweg/studies/bundle_section.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::html {

/// The view from above and the histogram of the errors; null without a picture.
json_parts::Json data_of(const BundleSummary& bundle);

/// The observations that lie farthest from where they should, worst first.
text::Table largest_errors(const BundlePicture& picture);

}  // namespace thalweg::inline v0_1::html
