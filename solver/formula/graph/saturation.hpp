// Functions whose value is out of range, whatever the row.
#pragma once

#include <optional>

#include "formula/graph/lower.hpp"
#include "formula/tape/columns.hpp"

namespace thalweg::inline v0_1::formula {

struct Saturation {
  TextRange where;  ///< in the formula's own text
  double value;   ///< on the first row: 0 or less than the smallest normal number, ±∞, or a limit such as 1 of tanh
  int parameter;  ///< of which another size brings the operation into range; −1: none was found
  double size;    ///< such a value of it
};

/// The innermost operation, of those that read a parameter, that underflows, overflows or has reached its limit on
/// every row, though its arguments are finite numbers and not 0.
std::optional<Saturation> find_saturation(const Tree& tree, const std::vector<Binding>& bindings,
                                          const std::vector<double>& parameters, const Columns& columns);

}  // namespace thalweg::inline v0_1::formula
