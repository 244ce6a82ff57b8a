#include "report/html/trace_data.hpp"

#include <algorithm>
#include <cmath>

#include "report/json/downsample.hpp"

namespace thalweg::inline v0_1::html {

using json_parts::Json;
using json_parts::numbers;
using json_parts::rounded_numbers;

namespace {

constexpr int drawn_digits = 6;

}  // namespace

Json columns_of(const Result& result, std::size_t most, bool points) {
  const std::vector<std::size_t> kept = downsample(result.trace.size(), most);
  Json columns = Json::object();
  const auto column = [&](const char* name, auto value_of, int digits = drawn_digits) {
    std::vector<double> values;
    for (const std::size_t i : kept) values.push_back(static_cast<double>(value_of(result.trace[i])));
    if (std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
      columns[name] = digits > 0 ? rounded_numbers(values, digits) : numbers(values);
  };
  using Record = IterationRecord;
  column("iteration", [](const Record& r) { return r.iteration; });
  column("evaluations", [](const Record& r) { return r.evaluations; });
  column("seconds", [](const Record& r) { return r.seconds; });
  column(
      "cost", [](const Record& r) { return r.cost; }, 0);  // all digits: the page takes differences of costs
  if (points) {
    Json list = Json::array();
    for (const std::size_t i : kept) list.push_back(rounded_numbers(result.trace[i].x, drawn_digits));
    columns["x"] = std::move(list);
    return columns;
  }
  column("gradient_norm", [](const Record& r) { return r.gradient_norm; });
  column("gain_ratio", [](const Record& r) { return r.gain_ratio; });
  column("damping", [](const Record& r) { return r.damping; });
  column("rate", [](const Record& r) { return r.rate; });
  column("accepted", [](const Record& r) { return r.accepted ? 1.0 : 0.0; });
  Json outcomes = Json::array();
  for (const std::size_t i : kept) outcomes.push_back(json_parts::to_string(result.trace[i].outcome));
  columns["outcome"] = std::move(outcomes);
  return columns;
}

}  // namespace thalweg::inline v0_1::html
