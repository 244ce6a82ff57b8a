// Where a formula stops being finite.
#pragma once

#include <optional>
#include <vector>

#include "formula/graph/lower.hpp"

namespace thalweg::inline v0_1::formula {

/// Values of a formula's parameters and data columns on one row.
struct RowValues {
  const double* parameters;
  const std::vector<double>* columns;
};

/// The value of each node of the tree, as written.
std::vector<double> node_values(const Tree& tree, const std::vector<Binding>& bindings, const RowValues& row);

struct NonFinitePart {
  TextRange where;  ///< in the formula's own text
  double value;
};

/// Interprets the syntax tree as written. When its value is not finite: the operation, or the name,
/// where that begins. The branch that a conditional does not take is left out.
std::optional<NonFinitePart> find_non_finite(const Tree& tree, const std::vector<Binding>& bindings,
                                             const RowValues& row);

}  // namespace thalweg::inline v0_1::formula
