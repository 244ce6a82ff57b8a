// Where a graph stands that nothing but priors hold.
#pragma once

#include "models/pose_graph/starts/starts.hpp"

namespace thalweg::inline v0_1::graph {

/// Whether priors alone say where the graph is: it fixes nothing.
bool is_held_by_priors(const PoseGraph& graph);

/// The graph with one pose fixed, at its prior where one has one, for the initialisations to begin from.
PoseGraph anchored(const PoseGraph& graph);

/// Moves what began from there by the rigid motion that brings the places nearest to their priors, in the sense of
/// least squares (Kabsch 1976): where no pose has a prior of its own, and enough places have.
void align_to_priors(const PoseGraph& graph, Start& start);

}  // namespace thalweg::inline v0_1::graph
