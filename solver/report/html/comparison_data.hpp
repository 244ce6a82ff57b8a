// What the scripts of a comparison's page draw.
#pragma once

#include <thalweg/methods/compare.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::html {

/// Of one problem the traces and the landscape; of several their performance profiles.
json_parts::Json data_of(const Comparison& comparison);

}  // namespace thalweg::inline v0_1::html
