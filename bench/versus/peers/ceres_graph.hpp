// Ceres on pose graphs, by the callable that Thalweg is checked against.
#pragma once

#include <thalweg/models/pose_graph.hpp>

#include "descent.hpp"

namespace versus {

/// SPARSE_NORMAL_CHOLESKY with one of its libraries.
enum class CeresSparse { suite_sparse, eigen };
Descent ceres_graph(thalweg::PoseGraph graph, CeresSparse library, int threads, const DescentLimits& limits);

}  // namespace versus
