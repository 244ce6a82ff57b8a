// What the page of a pose graph draws.
#pragma once

#include <thalweg/studies/pose_graph_section.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::html {

/// Where the poses are before and after, with the edges between them; null without a picture.
json_parts::Json data_of(const PoseGraphSummary& graph);

}  // namespace thalweg::inline v0_1::html
