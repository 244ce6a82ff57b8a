// Rows of a curve fit as JSON. Private to the floor.
#pragma once

#include <span>

#include <thalweg/report/fit_rows.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::json_parts {

/// An object per data set, an array per column; arrays that are not known are left out.
Json rows_of(std::span<const FitRows> sets);

}  // namespace thalweg::inline v0_1::json_parts
