#include "studies/curve/constraints_section.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/report/text.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Table;

Table table_of(const CurveFit& fit, const ConstrainedResult& found) {
  Table table;
  table.add_column("constraint", text::Align::left);
  table.add_column("", text::Align::left);
  table.add_column("excess", text::Align::right);
  table.add_column("multiplier", text::Align::right);
  table.add_column("", text::Align::left);
  for (std::size_t i = 0; i < found.constraints.size(); ++i) {
    const ConstraintValue& c = found.constraints[i];
    const bool holds_apart = c.kind == Constraints::Kind::inequality && !c.active;
    table.add_row({c.name, fit.constraints[i].expression, fmt::format("{:.3g}", c.value),
                   found.infeasible ? "" : fmt::format("{:.6g}", c.multiplier), holds_apart ? "not active" : "active"});
  }
  return table;
}

Json json_of(const CurveFit& fit, const ConstrainedResult& found) {
  Json list = Json::array();
  for (std::size_t i = 0; i < found.constraints.size(); ++i) {
    const ConstraintValue& c = found.constraints[i];
    list.push_back({{"name", c.name},
                    {"expr", fit.constraints[i].expression},
                    {"value", number(c.value)},
                    {"multiplier", number(c.multiplier)},
                    {"active", c.active}});
  }
  return list;
}

std::string sentence_of(const ConstrainedResult& found) {
  if (found.infeasible) return "No point near this one satisfies all constraints: multipliers and errors mean nothing.";
  return fmt::format(
      "The conditions of Karush, Kuhn and Tucker hold: gradient {:.2g}, violation {:.2g}, multiplier times "
      "distance {:.2g}. A multiplier is how much ½‖r‖² falls for each unit by which the constraint is "
      "loosened; errors are those along the active ones.",
      found.stationarity, found.violation, found.complementarity);
}

}  // namespace

void refuse_under_constraints(const CurveFit& fit, const Request& request) {
  const auto refuse = [&](const std::string& what, const char* expected) {
    throw Error(fmt::format("{} does not heed the constraints of '{}'; expected {}", what, fit.file, expected));
  };
  if (request.starts > 1) refuse("--starts", "one start");
  if (request.global) refuse("--global", "a start");
  if (request.intervals != IntervalKind::linear)
    refuse(fmt::format("--intervals {}", to_string(request.intervals)), "--intervals standard");
  if (!std::holds_alternative<Method>(request.method))
    refuse(fmt::format("--method {}", to_string(request.method)), "a method that is not first-order");
}

void add_constraints(const CurveFit& fit, const ConstrainedResult& found, Report& report) {
  if (found.constraints.empty()) return;
  Section section;
  section.key = "constraints";
  section.json = json_of(fit, found).dump();
  section.sentence = sentence_of(found);
  section.tables.push_back(table_of(fit, found));
  Section::Panel panel{"constraints", "Constraints"};
  panel.pieces.push_back({"", table_of(fit, found), "parameters"});
  panel.pieces.push_back({section.sentence});
  section.panels.push_back(std::move(panel));
  report.sections.push_back(std::move(section));
}

}  // namespace thalweg::inline v0_1::studies
