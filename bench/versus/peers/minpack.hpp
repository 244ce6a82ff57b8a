// MINPACK's lmder, in C.
#pragma once

#include <memory>

#include "fit.hpp"

namespace versus {

/// `factor` bounds the first step, in units of ‖Dx‖: 100 is MINPACK's advice, 1 for hard problems.
std::unique_ptr<Fit> minpack_fit(std::unique_ptr<Function> f, double factor);

}  // namespace versus
