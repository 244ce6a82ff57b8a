// The results of a row, by the names that files have for them. Private to the floor.
#pragma once

#include <string_view>
#include <vector>

#include <thalweg/report/fit_rows.hpp>

namespace thalweg::inline v0_1 {

struct RowColumn {
  std::string_view name;
  std::vector<double> FitRows::*values;
};

inline constexpr RowColumn row_columns[] = {
    {"fit", &FitRows::fit},
    {"standard_error", &FitRows::standard_error},
    {"residual", &FitRows::residual},
    {"standardised_residual", &FitRows::standardised},
    {"leverage", &FitRows::leverage},
    {"cooks_distance", &FitRows::cooks_distance},
    {"confidence_lower", &FitRows::confidence_lower},
    {"confidence_upper", &FitRows::confidence_upper},
    {"prediction_lower", &FitRows::prediction_lower},
    {"prediction_upper", &FitRows::prediction_upper},
};

}  // namespace thalweg::inline v0_1
