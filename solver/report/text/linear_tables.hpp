// What the text and the page say of linear systems.
#pragma once

#include <string>
#include <vector>

#include <thalweg/report/linear_report.hpp>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1::text {

/// "A.mtx: 900 × 900, 4380 entries, symmetric" and the right-hand side, a line each.
std::string heading(const LinearSystemFacts& system);
/// A row for each method that takes the matrix, the fastest that solved it first.
Table method_table(const LinearComparisonReport& report);
/// Who does not take it, a sentence for each reason.
std::vector<std::string> refusals(const LinearComparisonReport& report);
/// The winner in a sentence.
std::string answer(const LinearComparisonReport& report);
/// What the spectrum is, and what it promises of conjugate gradients and gradient descent beside what they took.
std::string about_spectrum(const LinearComparisonReport& report);
/// The factor with and without an ordering.
std::string about_fill(const LinearComparisonReport& report);

}  // namespace thalweg::inline v0_1::text
