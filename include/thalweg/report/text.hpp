// A report for people.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1 {

/// Characters that could move a terminal's cursor, are not seen or reorder others (controls, zero widths, bidirectional
/// overrides) as "\\n", "\\x1b" or "\\u202e"; bytes that are not UTF-8 as "\\xff".
std::string printable(std::string_view s);

/// Short: how it ended, the parameters with their errors, and what the user must know to trust
/// them. `verbose` adds every iteration, the linear solver, the times, and more digits.
std::string to_text(const Report& report, bool verbose = false);

/// Heading, the findings, numbered, with what to do, and the plan.
std::string to_text(const CheckReport& report);

}  // namespace thalweg::inline v0_1
