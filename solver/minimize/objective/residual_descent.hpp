// The methods for any smooth function, on a sum of squares, and what its residuals say of their claims.
#pragma once

#include <vector>

#include <minimize/loop/journal.hpp>
#include <minimize/system/dense/dense_system.hpp>

namespace thalweg::inline v0_1 {

/// Descends from x on the components that may move. Throws Error for a block on a manifold of which components are
/// held.
Ending descend_generally(DenseSystem& system, std::vector<double> x, Journal& journal);

}  // namespace thalweg::inline v0_1
