// Intervals as a report shows them, by profile where there is one, and what the profiles say in words.
#pragma once

#include <string>
#include <utility>

#include <thalweg/report/report.hpp>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1 {

/// Of parameter i: NaN where an end is not known, ±∞ where there is none.
std::pair<double, double> interval_of(const Report& report, std::size_t i);

/// "95 % interval", "95 % profile interval".
std::string interval_heading(const Report& report);

/// "[0.13, 2.21]", "(−∞, 2.21]", "[0.13, ?]"; empty where there is nothing to show.
std::string interval_text(const Report& report, std::size_t i, const text::Digits& digits);

std::string interval_text(double lower, double upper, const text::Digits& digits);

/// Sentences on the ends that are no crossings, on nonlinearity, on a lower point; empty without profiles.
std::string profile_text(const Report& report);

}  // namespace thalweg::inline v0_1
