// The order in which a tape computes the nodes of a graph.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1::formula {

/// One operation to be done, products fused into sums already.
struct Step {
  Id node = no_id;
  Op op = Op::copy;
  std::array<Id, 3> arguments{no_id, no_id, no_id};
};

/// A node's operation and arguments, as the node's Fusion has it.
Step step_of(const Graph& graph, Id id);

struct Schedule {
  std::vector<Step> scalars;   ///< once per call
  std::vector<Step> rows;      ///< row by row
  std::vector<Id> columns;     ///< nodes of rank column that these read
  std::vector<Id> parameters;  ///< parameters that these read, those that vary left out
  std::vector<Id> varying;     ///< parameters with a value for each row that these read
};

/// Everything that `results` need, arguments first, depth first so that values die young. `stored`
/// tells which nodes of rank column are stored; the others are computed row by row.
Schedule schedule(Graph& graph, const std::vector<Id>& results, const std::function<bool(Id)>& stored);

}  // namespace thalweg::inline v0_1::formula
