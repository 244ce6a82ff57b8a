#include "studies/curve/group_section.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Align;
using text::Digits;
using text::Table;

constexpr std::size_t most_rows_of_text = 20, most_rows_of_page = 1000;

/// The parameters that are per group, in the order of a group's block.
std::vector<const FitParameter*> own_parameters(const CurveFit& fit) {
  std::vector<const FitParameter*> own;
  for (const FitParameter& p : fit.parameters)
    if (p.per_group) own.push_back(&p);
  return own;
}

std::vector<std::size_t> rows_of(const CurveFit& fit) {
  std::vector<std::size_t> rows(fit.groups.size());
  for (const DataSet& data : fit.data)
    for (const int g : data.group) ++rows[static_cast<std::size_t>(g)];
  return rows;
}

const ParameterStatistics& statistics_of(const CurveProblem& built, const Report& report, std::size_t group,
                                         std::size_t own) {
  const auto at = built.local.offset() + static_cast<std::int64_t>(group) * built.local.dimension();
  return report.statistics.parameters[static_cast<std::size_t>(at) + own];
}

Table table_of(const CurveFit& fit, const CurveProblem& built, const Report& report, std::size_t most) {
  const std::vector<const FitParameter*> own = own_parameters(fit);
  const std::vector<std::size_t> rows = rows_of(fit);
  Table table;
  table.add_column("group", Align::left);
  table.add_column("rows", Align::right);
  for (const FitParameter* p : own) {
    table.add_column(p->unit.empty() ? p->name : p->name + ", " + p->unit, Align::right);
    table.add_column("", Align::left);
  }
  for (std::size_t g = 0; g < std::min(fit.groups.size(), most); ++g) {
    std::vector<std::string> cells = {printable(fit.groups[g]), std::to_string(rows[g])};
    for (std::size_t k = 0; k < own.size(); ++k) {
      const ParameterStatistics& p = statistics_of(built, report, g, k);
      const double error = p.at_bound ? p.one_sided_error : p.standard_error;
      const Digits digits(p.value, error, 2);
      cells.push_back(digits.number(p.value));
      cells.push_back(std::isfinite(error) ? (p.at_bound ? "at its bound" : "± " + digits.error())
                      : p.fixed            ? "fixed"
                      : report.statistics.available() && !p.determined ? "not determined"
                                                                       : "");
    }
    table.add_row(std::move(cells));
  }
  if (fit.groups.size() > most) table.add_row({fmt::format("and {} more: see --json", fit.groups.size() - most)});
  return table;
}

/// How each parameter is spread over the groups.
Table spread_of(const CurveFit& fit, const CurveProblem& built, const Report& report) {
  Table table;
  table.add_column(fmt::format("over {} groups", fit.groups.size()), Align::left);
  for (const char* heading : {"mean", "standard deviation", "least", "median", "largest"})
    table.add_column(heading, Align::right);
  const std::vector<const FitParameter*> own = own_parameters(fit);
  for (std::size_t k = 0; k < own.size(); ++k) {
    std::vector<double> values;
    for (std::size_t g = 0; g < fit.groups.size(); ++g) values.push_back(statistics_of(built, report, g, k).value);
    std::sort(values.begin(), values.end());
    const auto n = static_cast<double>(values.size());
    double mean = 0.0, squares = 0.0;
    for (const double v : values) mean += v / n;
    for (const double v : values) squares += (v - mean) * (v - mean);
    const auto cell = [](double v) { return fmt::format("{:.4g}", v); };
    const std::size_t half = values.size() / 2;
    const double median = values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
    table.add_row({own[k]->name, cell(mean), n > 1.0 ? cell(std::sqrt(squares / (n - 1.0))) : "", cell(values.front()),
                   cell(median), cell(values.back())});
  }
  return table;
}

Json json_of(const CurveFit& fit, const CurveProblem& built, const Report& report) {
  const std::vector<const FitParameter*> own = own_parameters(fit);
  const std::vector<std::size_t> rows = rows_of(fit);
  Json list = Json::array();
  for (std::size_t g = 0; g < fit.groups.size(); ++g) {
    Json parameters = Json::array();
    for (std::size_t k = 0; k < own.size(); ++k) {
      const ParameterStatistics& p = statistics_of(built, report, g, k);
      parameters.push_back({{"name", own[k]->name},
                            {"value", number(p.value)},
                            {"standard_error", number(p.standard_error)},
                            {"interval", {number(p.lower_interval), number(p.upper_interval)}},
                            {"at_bound", p.at_bound}});
    }
    list.push_back({{"group", fit.groups[g]}, {"rows", rows[g]}, {"parameters", std::move(parameters)}});
  }
  return list;
}

}  // namespace

void add_groups(const CurveFit& fit, const CurveProblem& built, Report& report) {
  if (built.local.count() == 0) return;
  report.listed_parameters = static_cast<std::size_t>(built.local.offset());
  Section section;
  section.key = "groups";
  section.json = json_parts::dumped(json_of(fit, built, report));
  const bool many = fit.groups.size() > most_rows_of_text;
  section.tables.push_back(table_of(fit, built, report, most_rows_of_text));
  if (many) section.tables.push_back(spread_of(fit, built, report));
  Section::Panel panel{"groups", "Parameters of the groups"};
  if (many) panel.pieces.push_back({"", spread_of(fit, built, report)});
  panel.pieces.push_back({"", table_of(fit, built, report, most_rows_of_page)});
  section.panels.push_back(std::move(panel));
  report.sections.push_back(std::move(section));
}

}  // namespace thalweg::inline v0_1::studies
