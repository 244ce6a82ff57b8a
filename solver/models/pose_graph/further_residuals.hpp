// Residuals of the measurements beside edges and sightings, as plain callables.
#pragma once

#include <thalweg/math/manifold.hpp>
#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1::graph {

/// Adds "pose_prior", "offset_edge", ..., those that the graph has. Throws Error for an index that is not there.
void add_further(Problem& problem, const PoseGraph& graph, const Parameters<3, SE2>& poses,
                 const Parameters<2>* landmarks, const Loss& loss);
void add_further(Problem& problem, const PoseGraph& graph, const Parameters<7, SE3>& poses,
                 const Parameters<3>* landmarks, const Loss& loss);

}  // namespace thalweg::inline v0_1::graph
