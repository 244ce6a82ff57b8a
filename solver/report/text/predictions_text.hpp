// What a fit predicts, as a report prints it.
#pragma once

#include <string>

#include <thalweg/report/fit_rows.hpp>

namespace thalweg::inline v0_1::text {

/// A table of the first rows, with the inputs and what is predicted; `named`: below the name of the data set.
std::string predictions_text(const FitRows& rows, bool named);

}  // namespace thalweg::inline v0_1::text
