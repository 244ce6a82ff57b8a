// GSL's multifit_nlinear with Moré's scaling and QR.
#pragma once

#include <memory>

#include "fit.hpp"

namespace versus {

enum class GslMethod {
  lm,
  lmaccel,  ///< with geodesic acceleration, the second derivative exact where the function has it
};
std::unique_ptr<Fit> gsl_fit(std::unique_ptr<Function> f, GslMethod method);

}  // namespace versus
