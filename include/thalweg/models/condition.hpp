// A condition on parameters as a problem file states it.
#pragma once

#include <string_view>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1 {

/// left = right, left < right (or <=, which means the same), left > right (or >=).
struct Condition {
  enum class Kind { equal, less, greater };
  Formula left, right;
  Kind kind = Kind::equal;

  /// Throws FormulaError, whose places are in the whole text, for a side that is no formula, no comparison, and more
  /// than one.
  static Condition parse(std::string_view text);
  /// c of c = 0 or c <= 0.
  Formula difference() const;
};

}  // namespace thalweg::inline v0_1
