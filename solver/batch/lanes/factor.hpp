// A = L D Lᵀ of a small symmetric matrix in each lane.
#pragma once

#include <thalweg/math/ldlt.hpp>

#include "batch/lanes/lanes.hpp"

namespace thalweg::inline v0_1::batch {

template <int N>
using Factor = Ldlt<P, N>;

}  // namespace thalweg::inline v0_1::batch
