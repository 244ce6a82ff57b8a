// From a curve fit with differential equations to what its data sets observe. Private to the models.
#pragma once

#include <memory>
#include <vector>

#include <thalweg/models/curve_fit.hpp>

#include "models/ode/ode_model.hpp"

namespace thalweg::inline v0_1::ode {

/// One for each data set, null for those that observe no state. Data sets with the same initial values and events share
/// one integration. Throws FileError where this build cannot integrate.
std::vector<std::shared_ptr<const OdeModel>> ode_models(const CurveFit& fit);

}  // namespace thalweg::inline v0_1::ode
