// Ceres's TinySolver: header-only, so it is compiled with our flags; the number of parameters is
// fixed at compile time, its best setting.
#pragma once

#include <memory>

#include "fit.hpp"

namespace versus {

/// At most 9 parameters. The function tolerance is absolute, a change of ‖r‖², so what is tight
/// depends on the problem: 0 leaves the end to the tolerance on the step, for the most digits.
std::unique_ptr<Fit> tiny_fit(std::unique_ptr<Function> f, double function_tolerance);

}  // namespace versus
