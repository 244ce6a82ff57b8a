// What a report says of a camera graph.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <thalweg/minimize/result.hpp>
#include <thalweg/report/section.hpp>
#include <thalweg/studies/bundle_section.hpp>

namespace thalweg::inline v0_1::studies {

struct CameraGraphSummary {
  std::string cameras;  ///< what they are: "similarities"
  std::int64_t poses = 0, points = 0, observations = 0, edges = 0;
  std::string held;                                 ///< "pose 0, since the file fixes nothing"
  std::optional<ReprojectionErrors> before, after;  ///< where there are observations
  std::int64_t degrees_of_freedom = 0;              ///< components of all errors less those of what may move
};

Section section_of(const CameraGraphSummary& graph, const Result& result, bool robust);

}  // namespace thalweg::inline v0_1::studies
