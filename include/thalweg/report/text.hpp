// A report for people.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/report/report.hpp>

namespace thalweg {

/// Control characters, which could move a terminal's cursor, as "\\n" or "\\x1b".
std::string printable(std::string_view s);

/// Short: how it ended, the parameters with their errors, and what the user must know to trust
/// them. `verbose` adds every iteration, the linear solver, the times, and more digits.
std::string to_text(const Report& report, bool verbose = false);

}  // namespace thalweg
