// Ceres's TinySolver: header-only, so it is compiled with our flags; the number of parameters is
// fixed at compile time, its best setting.
#pragma once

#include <memory>

#include "fit.hpp"

namespace versus {

/// At most 9 parameters.
std::unique_ptr<Fit> tiny_fit(std::unique_ptr<Function> f);

}  // namespace versus
