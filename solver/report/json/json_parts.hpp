// Pieces that every JSON of a report is made of.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1::json_parts {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity.
inline Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

/// As text; what is no UTF-8 (the name of a file may be anything) is replaced.
inline std::string dumped(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// An array of numbers.
template <class Range>
Json numbers(const Range& values) {
  Json list = Json::array();
  for (const double v : values) list.push_back(number(v));
  return list;
}

/// With so many significant digits, for what is only drawn.
double rounded(double v, int digits);
template <class Range>
Json rounded_numbers(const Range& values, int digits) {
  Json list = Json::array();
  for (const double v : values) list.push_back(number(rounded(v, digits)));
  return list;
}

std::string_view to_string(IterationRecord::Phase phase);
std::string_view to_string(IterationRecord::Outcome outcome);

Json evaluations_of(const Result::Evaluations& evaluations);

/// An object per record, thinned to about `most`; `points`: with x where it was recorded.
Json trace_of(const Result& result, std::size_t most = std::numeric_limits<std::size_t>::max(), bool points = false);

}  // namespace thalweg::inline v0_1::json_parts
