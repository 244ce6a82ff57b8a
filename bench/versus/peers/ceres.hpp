// Ceres: Levenberg-Marquardt with dense QR, all rows in one residual block.
#pragma once

#include <memory>

#include "fit.hpp"

namespace versus {

std::unique_ptr<Fit> ceres_fit(std::unique_ptr<Function> f, Tolerance tolerance, int threads);

}  // namespace versus
