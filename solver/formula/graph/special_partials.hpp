// Partial derivatives of the special functions, as expressions.
#pragma once

#include <optional>

#include "formula/graph/graph.hpp"

namespace thalweg::inline v0_1::formula {

/// The derivative of a node by its argument `which` (0, 1, 2); nothing if its operation is not one of these.
std::optional<Id> special_partial(Graph& graph, Id node, int which);

/// Whether the derivative may be infinite where the value is finite, as that of gammap(a, x), a < 1, at 0.
bool is_singular(Op op);

}  // namespace thalweg::inline v0_1::formula
