// A report for people.
#pragma once

#include <string>

#include <thalweg/report/report.hpp>

namespace thalweg {

/// Short: how it ended, the parameters with their errors, and what the user must know to trust
/// them. `verbose` adds every iteration, the linear solver, the times, and more digits.
std::string to_text(const Report& report, bool verbose = false);

}  // namespace thalweg
