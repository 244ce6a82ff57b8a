// Tables of one solve, printed as text or as HTML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <thalweg/report/report.hpp>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1::text {

/// How much a table says.
struct Detail {
  bool many_digits = false;  ///< ten of a value and four of its error; else as many as its error leaves
  bool meanings = false;     ///< what the file says of each quantity
};
inline constexpr Detail brief{}, on_page{.meanings = true};
constexpr Detail of_text(bool verbose) { return {verbose, verbose}; }

/// A row per parameter.
Table parameter_table(const Report& report, Detail detail);

/// An empty table of quantities with errors and intervals: `heading`, value, standard error, relative error, interval,
/// unit, a remark, meaning.
Table quantity_table(std::string_view heading, const Report& report);

/// The cells of a derived quantity's row: name, value, standard error, relative error, interval.
std::vector<std::string> derived_cells(const DerivedStatistics& derived, Detail detail);

/// Residual sum of squares, degrees of freedom, R² and the like; for a report whose statistics are available.
Table fit_table(const Report& report, Detail detail);

/// Method, linear solver, evaluations, times.
Table machinery_table(const Report& report);

}  // namespace thalweg::inline v0_1::text
