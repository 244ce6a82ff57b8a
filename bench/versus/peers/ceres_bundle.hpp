// Ceres on bundle adjustment, by the callable that Thalweg minimises.
#pragma once

#include <thalweg/models/bundle.hpp>

#include "descent.hpp"

namespace versus {

enum class CeresSchur { dense, sparse, iterative };
Descent ceres_bundle(const thalweg::Bundle& bundle, CeresSchur kind, int threads, const DescentLimits& limits);

}  // namespace versus
