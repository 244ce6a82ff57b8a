// What became of many fits, as text and as JSON.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/report/table.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/batch.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1 {
namespace {

using json_parts::Json;
using json_parts::number;

constexpr std::size_t bars = 12;         // of the histogram of iterations
constexpr std::size_t longest_bar = 40;  // characters

/// "1.2 million", "43200", "87.3".
std::string short_number(double v) {
  return v >= 1e6   ? fmt::format("{:.3g} million", v / 1e6)
         : v >= 1e3 ? fmt::format("{:.0f}", v)
                    : fmt::format("{:.3g}", v);
}

std::string rate_of(const BatchSummary& s) {
  if (!(s.seconds_fitting > 0.0) || s.done == 0) return "";
  return short_number(static_cast<double>(s.done) / s.seconds_fitting) + " fits per second";
}

text::Table statuses(const BatchSummary& s) {
  text::Table table;
  table.add_column("status", text::Align::left);
  table.add_column("fits", text::Align::right);
  table.add_column("", text::Align::right);
  for (std::size_t k = 0; k < s.status.size(); ++k)
    if (s.status[k] > 0)
      table.add_row({std::string(to_string(static_cast<BatchStatus>(k))), std::to_string(s.status[k]),
                     percent(static_cast<double>(s.status[k]) / static_cast<double>(s.done))});
  return table;
}

text::Table parameters(const BatchSummary& s) {
  text::Table table;
  table.add_column("parameter", text::Align::left);
  for (const char* const heading : {"median", "lower quartile", "upper quartile", "median error"})
    table.add_column(heading, text::Align::right);
  const auto cell = [](double v) { return std::isfinite(v) ? fmt::format("{:.5g}", v) : std::string(); };
  for (const BatchParameter& p : s.parameters)
    table.add_row({p.name, cell(p.median), cell(p.lower_quartile), cell(p.upper_quartile), cell(p.median_error)});
  return table;
}

/// Iterations in at most `bars` classes.
std::string histogram(const BatchSummary& s) {
  const std::size_t width = (s.iterations.size() + bars - 1) / bars;
  std::string out;
  std::int64_t most = 0;
  std::vector<std::int64_t> classes;
  for (std::size_t first = 0; first < s.iterations.size(); first += width) {
    std::int64_t sum = 0;
    for (std::size_t k = first; k < std::min(first + width, s.iterations.size()); ++k) sum += s.iterations[k];
    classes.push_back(sum);
    most = std::max(most, sum);
  }
  for (std::size_t c = 0; c < classes.size() && most > 0; ++c) {
    const auto length = static_cast<std::size_t>(
        std::ceil(static_cast<double>(longest_bar) * static_cast<double>(classes[c]) / static_cast<double>(most)));
    const std::size_t first = c * width, last = std::min(first + width, s.iterations.size()) - 1;
    const std::string range = first == last ? std::to_string(first) : fmt::format("{} to {}", first, last);
    std::string bar;
    for (std::size_t k = 0; k < length; ++k) bar += "▪";
    if (classes[c] > 0) out += fmt::format("  {:>12}  {:>10}  {}\n", range, classes[c], bar);
  }
  return out.empty() ? out : "iterations\n" + out;
}

}  // namespace

std::string answer_of(const BatchSummary& s) {
  const std::int64_t converged = s.status[static_cast<std::size_t>(BatchStatus::converged)];
  std::string out = fmt::format("{} of {} converged", converged, counted(s.done, "fit"));
  if (const std::string rate = rate_of(s); !rate.empty()) out += ", " + rate;
  if (s.resumed > 0) out += fmt::format("; {} were there before", s.resumed);
  if (s.interrupted) out += fmt::format("; interrupted, {} are left", s.fits - s.resumed - s.done);
  return out;
}

std::string to_text(const BatchSummary& s) {
  std::string out = fmt::format("{}: {}\n", printable(s.file), printable(s.model));
  out += fmt::format("{} of {} each\n\n{}\n\n", counted(s.fits, "fit"), counted(s.points, "point"), answer_of(s));
  if (s.done > 0) out += statuses(s).print("  ") + "\n" + parameters(s).print("  ");
  if (s.sampled > 0 && s.sampled < s.status[0])
    out += fmt::format("  (of {} of the converged fits, evenly spaced)\n", s.sampled);
  if (const std::string bar = histogram(s); !bar.empty()) out += "\n" + bar;
  if (s.handed_over > 0)
    out += fmt::format("\nNote: {} did not end as a minimum among the others, and went to the solver by itself.\n",
                       counted(s.handed_over, "fit"));
  for (const std::string& note : s.notes) out += "\nNote: " + printable(note) + ".\n";
  return out;
}

std::string to_json(const BatchSummary& s) {
  Json status = Json::object();
  for (std::size_t k = 0; k < s.status.size(); ++k)
    status[std::string(to_string(static_cast<BatchStatus>(k)))] = s.status[k];
  Json list = Json::array();
  for (const BatchParameter& p : s.parameters)
    list.push_back({{"name", p.name},
                    {"median", number(p.median)},
                    {"lower_quartile", number(p.lower_quartile)},
                    {"upper_quartile", number(p.upper_quartile)},
                    {"median_error", number(p.median_error)}});
  Json worst = Json::array();
  for (const BatchExample& e : s.worst)
    worst.push_back({{"fit", e.fit},
                     {"name", e.name},
                     {"status", to_string(e.status)},
                     {"cost", number(e.cost)},
                     {"parameters", json_parts::numbers(e.parameters)}});
  const Json all = {{"file", s.file},
                    {"model", s.model},
                    {"fits", s.fits},
                    {"points", s.points},
                    {"done", s.done},
                    {"resumed", s.resumed},
                    {"interrupted", s.interrupted},
                    {"status", std::move(status)},
                    {"iterations", s.iterations},
                    {"handed_over", s.handed_over},
                    {"parameters", std::move(list)},
                    {"worst", std::move(worst)},
                    {"seconds", {{"total", s.seconds}, {"fitting", s.seconds_fitting}}},
                    {"notes", s.notes}};
  return json_parts::dumped(all, 2) + "\n";
}

}  // namespace thalweg::inline v0_1
