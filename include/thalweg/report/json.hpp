// A report for programs.
#pragma once

#include <string>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1 {

/// A parameter list longer than this is left out of the JSON unless it is asked for.
inline constexpr std::size_t most_parameters_in_json = 1000;

/// One JSON object with a newline at its end. Numbers are written so that reading them gives the
/// same bits; unset ones are null. Keys may be added in later versions, none renamed.
std::string to_json(const Report& report, bool all_parameters = false);

/// The iterations as CSV, one row per trial, accepted or not; unset numbers are empty.
std::string trace_to_csv(const Result& result);

/// One JSON object with a newline at its end; unset numbers are null. Keys may be added in later versions, none
/// renamed.
std::string to_json(const CheckReport& report);

}  // namespace thalweg::inline v0_1
