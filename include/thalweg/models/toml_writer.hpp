// Writing a curve fit in the Thalweg format, so that a solution can be read, kept, and solved
// again.
#pragma once

#include <string>

#include <thalweg/models/curve_fit.hpp>

namespace thalweg::inline v0_1 {

/// The problem as TOML. Reading it gives the same fit, number for number, except for the name of
/// the file; data that came from a table are written inline.
std::string write_toml(const CurveFit& fit);

}  // namespace thalweg::inline v0_1
