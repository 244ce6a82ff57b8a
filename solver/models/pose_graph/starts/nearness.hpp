// Whether a start is so near a minimum that no better one need be looked for.
#pragma once

#include <vector>

#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1::graph {

/// Whether the measurements agree with these poses as well as their information says they should (χ² ≤ twice the
/// degrees of freedom, `cost` being half of it), and none by an angle that hides on which side it is wrong: of every
/// edge the two sides are turned by less than half a radian, and of every pose the turn from where the tree puts it is
/// less than a right angle, which a ring that is twisted a little at each edge exceeds. Undamped steps converge from
/// there. One pass over the edges.
bool is_near(const PoseGraph& g, const std::vector<double>& poses, double cost, const std::vector<double>& tree);

}  // namespace thalweg::inline v0_1::graph
