// What a regression adds to a report, as tables.
#pragma once

#include <string>

#include <thalweg/report/report.hpp>

#include "report/text/table.hpp"

namespace thalweg::text {

/// A row per part of the samples: how well the model does on it.
Table quality_table(const RegressionSummary& r);
/// Rows: the true class, columns: the predicted one.
Table confusion_table(const RegressionSummary& r, const RegressionQuality& q);
/// A row per penalty that was tried.
Table cross_validation_table(const RegressionSummary& r);

/// All of them that apply, with blank lines before each; empty when it was no regression.
std::string regression_text(const Report& report);

}  // namespace thalweg::text
