// Tables of a comparison of models, printed as text or as HTML.
#pragma once

#include <thalweg/studies/model_comparison.hpp>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1::studies {

/// A row per model.
text::Table model_table(const ModelComparison& comparison, bool verbose);
/// A row per pair of nested models; empty without any.
text::Table nested_table(const ModelComparison& comparison);
/// How the columns are to be understood: sentences, each with its newline.
std::string about_columns(const ModelComparison& comparison);

}  // namespace thalweg::inline v0_1::studies
