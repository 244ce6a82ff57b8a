// Sentences and figures that the report says in text and on its page alike.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1::text {

/// "95 %", "99.9 %"
std::string level_in_words(double level);

/// Empty for what is not finite.
std::string significant(double v, int digits);

bool is_objective(const Report& report);

/// "converged after 7 iterations"
std::string ending(const Result& result);

/// "14 residuals, ", "14 rows and 2 priors, ": what comes before the number of parameters.
std::string extent(const ProblemFacts& p);
/// "2 rows with missing values are left out"; empty where none is.
std::string left_out(const ProblemFacts& p);

/// "cma-es searched the box: 41 generations in 2 runs, ..."; `cost`: after the polish.
std::string global_search(const GlobalFacts& global, double cost);

/// "global minimum (Σr² = 2e-31, known value 0)"; the report has one.
std::string known_minimum(const Report& report, bool verbose);

/// "fixed", "at its lower bound", "not determined"; mostly empty.
std::string remark(const ParameterStatistics& p);

/// What kind of minimum it is where its errors need a word: at a kink, or determined only to second order. Empty, or
/// sentences with their newlines.
std::string about_minimum(const FitStatistics& s);

/// Where the errors come from; may hold a line break.
std::string about_noise(const Report& report);

/// Digits enough that two remain of what is missing to 1.
std::string r_squared_text(double r2);
std::string probability(double p);

/// What the data cannot determine; lines, each with a break at its end.
std::string sentence(const FitStatistics& s, const UndeterminedCombination& combination);

/// "rejected: no decrease"; empty for an accepted step.
std::string_view remark_of(IterationRecord::Outcome outcome);

}  // namespace thalweg::inline v0_1::text
