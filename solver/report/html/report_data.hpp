// What the scripts of a report's page draw.
#pragma once

#include <thalweg/report/report.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::html {

/// Of the trace, the fit and the correlations as much as a picture can show; null where there is nothing to draw.
json_parts::Json data_of(const Report& report);

}  // namespace thalweg::inline v0_1::html
