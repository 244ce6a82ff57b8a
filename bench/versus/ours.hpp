// Thalweg as a contender.
#pragma once

#include <memory>

#include <thalweg/minimize/options.hpp>

#include "cases.hpp"

namespace versus {

std::unique_ptr<Fit> compiled_fit(const Case& c, bool simd, const thalweg::Options& options);
/// From the problem file's formula.
std::unique_ptr<Fit> formula_fit(const Case& c, const thalweg::Options& options);

}  // namespace versus
