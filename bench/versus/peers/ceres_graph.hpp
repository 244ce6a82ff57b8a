// Ceres on pose graphs, by the callable that Thalweg is checked against.
#pragma once

#include <thalweg/models/pose_graph.hpp>

#include "descent.hpp"

namespace versus {

/// SPARSE_NORMAL_CHOLESKY with one of its libraries.
enum class CeresSparse { suite_sparse, eigen };
/// `wide`: its trust region begins so wide that the first steps are undamped.
Descent ceres_graph(thalweg::PoseGraph graph, CeresSparse library, bool wide, int threads, const DescentLimits& limits);

}  // namespace versus
