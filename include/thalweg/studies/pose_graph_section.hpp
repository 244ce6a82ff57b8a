// What a report says of a pose graph.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/math/loss.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/report/section.hpp>

namespace thalweg::inline v0_1 {

/// What is drawn of a pose graph.
struct PoseGraphPicture {
  std::string x_axis, y_axis;
  std::vector<std::int64_t> ids;  ///< of each pose
  /// The graph as it stands somewhere on the way.
  struct Stage {
    std::string key, title;  ///< "file", "chordal", "tree" or "solution", and in words
    bool begins = false;     ///< the solve begins here
    double cost = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> x, y;  ///< of each pose
  };
  std::vector<Stage> stages;           ///< in the order of the way, the solution last
  std::vector<std::int32_t> from, to;  ///< of each edge, numbers of poses
};

/// The file's start and the chordal one where they are to be had, where the solve began, the solution. `begun`: the
/// graph as `used` started it.
PoseGraphPicture picture_of(const PoseGraph& file, const PoseGraph& begun, Initialization used, const PoseGraph& solved,
                            const Loss& loss);

/// Ids of the vertices that do not move, in words: "pose 0, since the file fixes nothing".
std::string held_in_words(const PoseGraph& graph);
/// Whether priors of places alone say where the graph is, which may leave a rotation, or bearings where landmarks are,
/// which may leave a distance: undamped steps are huge there.
bool is_loosely_held(const PoseGraph& graph);

struct PoseGraphSummary {
  bool plane = true;
  std::int64_t poses = 0, landmarks = 0, edges = 0, sightings = 0, further = 0;
  std::string held;  ///< "pose 0, since the file fixes nothing"

  /// Where the solve began; the costs of the starts that were tried, NaN for others.
  std::string initialization, initialization_reason;
  double file_cost = std::numeric_limits<double>::quiet_NaN();
  double tree_cost = std::numeric_limits<double>::quiet_NaN();
  double chordal_cost = std::numeric_limits<double>::quiet_NaN();
  double initialization_seconds = 0.0;

  std::int64_t degrees_of_freedom = 0;  ///< components of all errors less those of what may move

  std::optional<PoseGraphPicture> picture;  ///< for the page; when one is asked for
};

/// `result`: of the solve.
Section section_of(const PoseGraphSummary& graph, const Result& result, bool robust);

}  // namespace thalweg::inline v0_1
