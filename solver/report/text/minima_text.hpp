// The minima of many starts as text.
#pragma once

#include <string>

#include <thalweg/report/report.hpp>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1 {

/// "of 20 starts 17 converged, 2 stalled, 1 failed"
std::string minima_tally(const Minima& minima);

/// "a → −a, p → p + π": how minimum i (from 0) comes from the one that it is an alias of; empty where it is none, or no
/// such rule leads from one to the other.
std::string alias_in_words(const Report& report, std::size_t i);

/// A row for each of the lowest `rows` minima, of which there are as many.
text::Table minima_table(const Report& report, std::size_t rows, bool verbose);

/// What became of the starts, and the minima they led to; `report.multistart` is set.
std::string minima_text(const Report& report, bool verbose);

}  // namespace thalweg::inline v0_1
