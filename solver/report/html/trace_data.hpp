// A trace as columns of numbers, which take a fifth of the space of records.
#pragma once

#include <cstddef>

#include <thalweg/minimize/result.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::html {

/// Iterations, evaluations, seconds, costs and the rest of the records that downsample() keeps of `most`; columns that
/// hold nothing finite are left out. `points`: also x.
json_parts::Json columns_of(const Result& result, std::size_t most, bool points = false);

}  // namespace thalweg::inline v0_1::html
