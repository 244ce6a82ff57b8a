// Tables of a comparison, printed as text or as HTML.
#pragma once

#include <string>
#include <vector>

#include <thalweg/methods/compare.hpp>

#include "report/comparison_summary.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::text {

/// A row per method on one problem.
Table method_table(const ComparedProblem& problem, const std::vector<MethodSummary>& methods);

/// The learning rates, and what it took to find them; without rows when no method has one.
Table rate_table(const std::vector<MethodSummary>& methods);

/// A row per method over all problems.
Table table_over_all(const Comparison& comparison);

/// What the columns of these tables count.
std::string columns_text(const Comparison& comparison);

}  // namespace thalweg::inline v0_1::text
