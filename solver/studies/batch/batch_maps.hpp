// Maps of parameters over a picture of fits, small enough for a page. Private to the page of batches.
#pragma once

#include <thalweg/studies/batch.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::studies {

/// Null where the fits form no picture. Each map has a byte per cell in base64: 0 where fewer than half of its fits
/// converged, else 1 to 255 for values from `low` to `high`, the 0.5 % and 99.5 % quantiles; values beyond are clipped.
/// A cell is one fit, or the median of a block of fits where the picture is larger than 512 in a direction, or all
/// maps together are larger than 1.8 MB. Parameters that are the same in all fits have no map.
json_parts::Json maps_of(const BatchSummary& summary);

}  // namespace thalweg::inline v0_1::studies
