// Bounds on all parameters at once.
#pragma once

#include <vector>

namespace thalweg::inline v0_1 {

/// lower ≤ x ≤ upper; both empty: none. Equal bounds fix a component.
struct Box {
  std::vector<double> lower, upper;
};

}  // namespace thalweg::inline v0_1
