#include "studies/curve/derived_section.hpp"

#include <utility>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/profile_text.hpp"
#include "report/text/report_tables.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Table;

constexpr std::size_t most_groups = 20;  // of a quantity that has a value in each

Table table_of(const ParameterExpressions& expressions, const std::vector<DerivedQuantity>& all, const Report& report,
               text::Detail detail) {
  Table table = text::quantity_table("derived", report);
  for (const DerivedQuantity& quantity : all) {
    if (quantity.expression < expressions.tied() || quantity.group >= most_groups) continue;
    std::vector<std::string> cells = text::derived_cells(quantity.statistics, detail);
    const NamedExpression& e = expressions[quantity.expression];
    cells.insert(cells.end(), {e.unit, "= " + e.expression, detail.meanings ? e.description : ""});
    table.add_row(std::move(cells));
  }
  return table;
}

Json json_of(const ParameterExpressions& expressions, const std::vector<DerivedQuantity>& all) {
  Json list = Json::array();
  for (const DerivedQuantity& quantity : all) {
    if (quantity.expression < expressions.tied()) continue;
    const DerivedStatistics& d = quantity.statistics;
    const NamedExpression& e = expressions[quantity.expression];
    Json entry = {{"name", d.name},
                  {"expr", e.expression},
                  {"value", number(d.value)},
                  {"standard_error", number(d.standard_error)},
                  {"interval", Json::array({number(d.lower()), number(d.upper())})},
                  {"interval_kind", d.interval_kind()}};
    if (d.profile) {
      entry["interval_ends"] = {to_string(d.profile->lower.kind), to_string(d.profile->upper.kind)};
      entry["linear_interval"] = {number(d.lower_interval), number(d.upper_interval)};
    }
    if (!e.unit.empty()) entry["unit"] = e.unit;
    list.push_back(std::move(entry));
  }
  return list;
}

/// "with R = 8.314 J/(mol K), u = (x - x0)/w"
std::string definitions_of(const CurveFit& fit) {
  std::string sentence;
  for (const NamedExpression& e : fit.definitions) {
    sentence += sentence.empty() ? "with " : ", ";
    sentence += printable(e.name) + " = " + printable(e.expression);
    if (!e.unit.empty()) sentence += " " + printable(e.unit);
  }
  return sentence;
}

}  // namespace

void add_derived(const CurveFit& fit, const CurveProblem& built, const Request& request, Report& report) {
  if (fit.tied.empty() && fit.derived.empty() && fit.definitions.empty()) return;
  const ParameterExpressions expressions(fit);
  std::vector<DerivedQuantity> all = derived_quantities(fit, expressions, built, report.result.x, report.statistics);
  if (report.posterior && report.posterior->available())
    sample_derived(fit, expressions, built, *report.posterior, all);
  if (report.profile && report.profile->available() && report.result.converged())
    profile_derived(fit, expressions, report.result, all, request.options, report.profile->level);
  for (const DerivedQuantity& quantity : all) {
    const NamedExpression& e = expressions[quantity.expression];
    if (quantity.expression < expressions.tied())
      report.tied.push_back({quantity.statistics, e.expression, {e.unit, e.description}});
  }

  Section section;
  section.key = "derived";
  section.json = json_of(expressions, all).dump();
  section.sentence = definitions_of(fit);
  Section::Panel panel{"derived", "Derived quantities"};
  if (!fit.derived.empty()) {
    section.tables.push_back(table_of(expressions, all, report, text::brief));
    panel.pieces.push_back({"", table_of(expressions, all, report, text::on_page), "parameters"});
  }
  if (!section.sentence.empty()) panel.pieces.push_back({section.sentence});
  if (!panel.pieces.empty()) section.panels.push_back(std::move(panel));
  report.sections.push_back(std::move(section));
}

}  // namespace thalweg::inline v0_1::studies
