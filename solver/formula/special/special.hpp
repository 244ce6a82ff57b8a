// The special functions of formulas on plain numbers.
#pragma once

#include "formula/graph/ops.hpp"

namespace thalweg::inline v0_1::formula {

/// The value of a special function, or of one of its derivatives (Op says which orders there are). NaN if an argument
/// is.
double apply_special(Op op, int order, double a, double b, double c);

}  // namespace thalweg::inline v0_1::formula
