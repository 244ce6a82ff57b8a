// A mistake found in the derivatives of a residual group, and how it is told.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <problem/derivative_comparison.hpp>

namespace thalweg::inline v0_1 {

struct DerivativeFinding {
  explicit DerivativeFinding(DerivativeFault::Cause what, std::vector<int> where = {})
      : cause(what), columns(std::move(where)) {}

  DerivativeFault::Cause cause;
  std::vector<int> columns;  ///< local, those concerned
  double factor = std::numeric_limits<double>::quiet_NaN();
  std::string detail;  ///< of a chain rule: "inner derivative, a factor of ..."

  /// Whether the entry is wrong in the way that this finding speaks of.
  bool concerns(const ComparedEntry& entry) const {
    return entry.wrong() && std::isfinite(entry.given) == (cause != DerivativeFault::Cause::not_finite);
  }
};

/// The fault with its worst entry, its counts and its sentence.
DerivativeFault tell(const Problem& problem, const ComparedGroup& compared, const DerivativeFinding& finding);

}  // namespace thalweg::inline v0_1
