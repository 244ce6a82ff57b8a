#include "report/minima_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/table.hpp"

namespace thalweg {
namespace {

using text::Align;
using text::counted;
using text::Table;

constexpr std::size_t most_minima = 10;     // rows
constexpr std::size_t most_parameters = 8;  // columns
constexpr double equal_costs = 1e-6;        // relative

/// The first minimum whose cost is that of minimum i; i itself when none before it is.
std::size_t first_of_equals(const std::vector<Minimum>& list, std::size_t i) {
  std::size_t first = i;
  while (first > 0 && list[i].cost - list[first - 1].cost <= equal_costs * list[i].cost) --first;
  return first;
}

}  // namespace

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
    for (std::size_t j = 0; j < columns; ++j) cells.push_back(fmt::format("{:.{}g}", list[i].x[j], verbose ? 10 : 4));
    const std::size_t first = first_of_equals(list, i);
    cells.push_back(first < i ? fmt::format("same cost as {}", first + 1) : "");
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
  for (std::size_t i = 0; i < minima.list.size(); ++i) equal = equal || first_of_equals(minima.list, i) < i;
  if (equal)
    out +=
        "Different points have the same cost: parameters may have exchanged their roles, or the data cannot\n"
        "tell the points apart.\n";
  return out;
}

}  // namespace thalweg
