#include "report/text/minima_text.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "report/text/table.hpp"
#include "report/text/written_values.hpp"

namespace thalweg::inline v0_1 {
namespace {

using text::Align;
using text::Table;

constexpr std::size_t most_minima = 10;     // rows
constexpr std::size_t most_parameters = 8;  // columns
constexpr double equal_costs = 1e-6;        // relative
constexpr double same_number = 1e-4;        // of the number, of an angle of π
constexpr double most_turns = 1e6;          // multiples of π

/// The first minimum whose cost is that of minimum i; i itself when none before it is.
std::size_t first_of_equals(const std::vector<Minimum>& list, std::size_t i) {
  std::size_t first = i;
  while (first > 0 && std::abs(list[i].cost - list[first - 1].cost) <= equal_costs * list[i].cost) --first;
  return first;
}

/// "π", "3π", where the number is a multiple of it but 0; empty otherwise.
std::string turns(double v) {
  const double count = std::round(v / std::numbers::pi);
  if (count < 1.0 || count > most_turns || std::abs(v - count * std::numbers::pi) > same_number * std::numbers::pi)
    return "";
  return count == 1.0 ? "π" : fmt::format("{:.0f}π", count);
}

bool same(double a, double b) { return std::abs(a - b) <= same_number * std::max(std::abs(a), std::abs(b)); }

/// "a → −a", "p → p + π", "p → π − p", "a ↔ b": how the numbers of one point become those of another; empty where they
/// do so in no such way.
std::string relation(const std::vector<ParameterStatistics>& parameters, const std::vector<double>& from,
                     const std::vector<double>& to) {
  std::vector<std::string> parts;
  for (std::size_t j = 0; j < from.size(); ++j) {
    const std::string& name = parameters[j].name;
    const double a = from[j], b = to[j];
    if (same(a, b)) continue;
    const std::string up = turns(b - a), down = turns(a - b), mirrored = turns(a + b), below = turns(-a - b);
    std::size_t partner = 0;
    while (partner < from.size() && (partner == j || !same(from[partner], b) || !same(to[partner], a))) ++partner;
    if (same(a, -b))
      parts.push_back(fmt::format("{0} → −{0}", name));
    else if (partner < from.size() && partner < j)
      continue;  // its partner has said so
    else if (partner < from.size())
      parts.push_back(fmt::format("{} ↔ {}", name, parameters[partner].name));
    else if (!up.empty() || !down.empty())
      parts.push_back(fmt::format("{0} → {0} {1} {2}", name, up.empty() ? "−" : "+", up.empty() ? down : up));
    else if (!mirrored.empty() || !below.empty())
      parts.push_back(
          fmt::format("{} → {}{} − {}", name, mirrored.empty() ? "−" : "", mirrored.empty() ? below : mirrored, name));
    else
      return "";
  }
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

/// Each number with 4 digits, or with as many as reproduce the curve; what was given as it was given.
std::vector<std::string> written(const Report& report, std::size_t i, int digits) {
  const std::vector<double>& x = report.multistart->list[i].x;
  const auto& parameters = report.statistics.parameters;
  std::vector<int> places;
  for (const double v : x) places.push_back(text::first_place(v) - digits + 1);
  const auto write = [&](std::size_t k, int place) {
    const ParameterStatistics& p = parameters[k];
    if (p.fixed || x[k] == p.lower_bound || x[k] == p.upper_bound) return text::as_given(x[k]);
    return fmt::format("{:.{}g}", x[k], std::max(1, text::first_place(x[k]) - place + 1));
  };
  if (i < report.minima_rounding.size())
    places = text::reproducing_places(x, std::move(places), write, report.minima_rounding[i]);
  std::vector<std::string> cells;
  for (std::size_t k = 0; k < x.size(); ++k) cells.push_back(write(k, places[k]));
  return cells;
}

}  // namespace

std::string alias_in_words(const Report& report, std::size_t i) {
  const std::vector<Minimum>& list = report.multistart->list;
  if (list[i].alias_of == 0) return "";
  return relation(report.statistics.parameters, list[static_cast<std::size_t>(list[i].alias_of) - 1].x, list[i].x);
}

std::string minima_tally(const Minima& m) {
  std::string out = fmt::format("of {} {} converged", counted(m.starts, "start"), m.converged);
  const auto add = [&](int count, const char* what) {
    if (count > 0) out += fmt::format(", {} {}", count, what);
  };
  add(m.stalled, "stalled");
  add(m.stopped, "stopped at a limit or on request");
  add(m.failed, "failed");
  add(m.not_run, "had no turn");
  return out;
}

Table minima_table(const Report& report, std::size_t rows, bool verbose) {
  const std::vector<Minimum>& list = report.multistart->list;
  const std::size_t columns = std::min(list[0].x.size(), most_parameters);
  Table table;
  table.add_column("minimum", Align::right);
  table.add_column("cost", Align::right);
  table.add_column("found", Align::right);
  for (std::size_t j = 0; j < columns; ++j) table.add_column(report.statistics.parameters[j].name, Align::right);
  table.add_column("", Align::left);
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<std::string> cells = {std::to_string(i + 1), fmt::format("{:.{}g}", list[i].cost, verbose ? 10 : 6),
                                      std::to_string(list[i].found)};
    std::vector<std::string> numbers = written(report, i, verbose ? 10 : 4);
    cells.insert(cells.end(), numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(columns));
    const std::size_t first = first_of_equals(list, i);
    const std::string how = alias_in_words(report, i);
    cells.push_back(list[i].alias_of > 0
                        ? fmt::format("same curve as {}{}{}", list[i].alias_of, how.empty() ? "" : ": ", how)
                    : first < i ? fmt::format("same cost as {}", first + 1)
                                : "");
    table.add_row(std::move(cells));
  }
  return table;
}

std::string minima_text(const Report& report, bool verbose) {
  const Minima& minima = *report.multistart;
  std::string out = "\n" + minima_tally(minima) + "\n";
  if (minima.list.empty()) return out;
  const std::size_t rows = verbose ? minima.list.size() : std::min(minima.list.size(), most_minima);
  out += "\n" + minima_table(report, rows, verbose).print("  ");
  if (rows < minima.list.size()) out += fmt::format("  and {} more: see --verbose\n", minima.list.size() - rows);
  bool equal = false;
  std::vector<int> aliases(minima.list.size(), 0), starts(minima.list.size(), 0);
  for (std::size_t i = 0; i < minima.list.size(); ++i) {
    const Minimum& m = minima.list[i];
    const std::size_t origin = m.alias_of > 0 ? static_cast<std::size_t>(m.alias_of) - 1 : i;
    ++aliases[origin];
    starts[origin] += m.found;
    equal = equal || (m.alias_of == 0 && first_of_equals(minima.list, i) < i);
  }
  for (std::size_t i = 0; i < minima.list.size(); ++i)
    if (aliases[i] > 1)
      out += fmt::format("Minimum {} is met under {} sets of parameters that make the same curve (aliases), by {}.\n",
                         i + 1, aliases[i], counted(starts[i], "start"));
  if (equal)
    out +=
        "Different points have the same cost: parameters may have exchanged their roles, or the data cannot\n"
        "tell the points apart.\n";
  return out;
}

}  // namespace thalweg::inline v0_1
