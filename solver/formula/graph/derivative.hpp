// Exact derivatives of expressions, as expressions.
#pragma once

#include <vector>

#include "formula/graph/graph.hpp"

namespace thalweg::inline v0_1::formula {

/// The derivatives of `root` by the parameters 0 … parameters − 1, one node each.
///
/// By the reverse sweep of algorithmic differentiation (Griewank & Walther, Evaluating Derivatives,
/// section 3.2), which shares the products along paths from the root; hash-consing then shares them
/// with the value. Where a partial derivative may be infinite (a root at 0) or belongs to the
/// branch of a conditional that is not taken, products are guarded: a factor that is exactly zero
/// wins.
std::vector<Id> gradient(Graph& graph, Id root, int parameters);

}  // namespace thalweg::inline v0_1::formula
