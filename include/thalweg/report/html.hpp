// A report that one can look at: one self-contained page, drawn by the browser from the data within it.
#pragma once

#include <string>

#include <thalweg/report/picture.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/stochastic/compare.hpp>

namespace thalweg {

/// The page of one solve. It makes no request: style, script and data are inside.
std::string to_html(const Report& report, const Provenance& provenance);
/// The page of a comparison.
std::string to_html(const Comparison& comparison, const Provenance& provenance);

}  // namespace thalweg
