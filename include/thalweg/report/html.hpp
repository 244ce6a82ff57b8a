// A report that one can look at: one self-contained page, drawn by the browser from the data within it.
#pragma once

#include <string>

#include <thalweg/methods/compare.hpp>
#include <thalweg/report/picture.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1 {

/// The page of one solve: how it ended, data and fit, residuals, parameters, the way down. It makes no request, and its
/// policy forbids any: style, script (D3 among it, some 260 kB) and data are inside. Of a series no more than about
/// 2,000 points are kept. What comes from the user is escaped. Charts need JavaScript and a browser of 2023 or later.
std::string to_html(const Report& report, const Provenance& provenance);

/// The page of a comparison. Of one problem: the table, each method's cost, and the paths where there is a landscape,
/// whose grid begins at `lower` and ends at `upper`, both included. Of several: the table over all, performance
/// profiles (Dolan & Moré 2002), and who reached what.
std::string to_html(const Comparison& comparison, const Provenance& provenance);

}  // namespace thalweg::inline v0_1
