// What of a curve fit does not go together. Private to the readers.
#pragma once

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1::reading {

/// Throws FileError for errors in x beside correlated errors, counts, groups or differential equations, and for groups
/// beside correlated errors, differential equations or scales of the noise that are estimated per data set.
void refuse_combinations(const Draft& draft);

}  // namespace thalweg::inline v0_1::reading
