// Names, starts, bounds and priors of the parameters of a curve fit. Private to the readers.
#pragma once

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1::reading {

/// Completes one start for all, and fixes parameters with equal bounds. Throws FileError.
void check_parameters(Draft& draft);

}  // namespace thalweg::inline v0_1::reading
