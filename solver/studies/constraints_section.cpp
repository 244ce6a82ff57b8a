#include "studies/constraints_section.hpp"

#include <utility>

#include <fmt/format.h>
#include <thalweg/report/text.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Table;

Table table_of(const std::vector<StatedConstraint>& all, const ConstrainedOutcome& found) {
  Table table;
  table.add_column("constraint", text::Align::left);
  table.add_column("", text::Align::left);
  table.add_column("excess", text::Align::right);
  table.add_column("multiplier", text::Align::right);
  table.add_column("", text::Align::left);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ConstraintValue& c = found.constraints[i];
    const bool holds_apart = c.kind == Constraints::Kind::inequality && !c.active;
    table.add_row({all[i].name, all[i].name == all[i].expression ? "" : all[i].expression,
                   fmt::format("{:.3g}", c.value), found.infeasible ? "" : fmt::format("{:.6g}", c.multiplier),
                   holds_apart ? "not active" : "active"});
  }
  return table;
}

Json json_of(const std::vector<StatedConstraint>& all, const ConstrainedOutcome& found) {
  Json list = Json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ConstraintValue& c = found.constraints[i];
    list.push_back({{"name", all[i].name},
                    {"expr", all[i].expression},
                    {"value", number(c.value)},
                    {"multiplier", number(c.multiplier)},
                    {"active", c.active}});
  }
  return list;
}

std::string sentence_of(const ConstrainedOutcome& found, bool converged) {
  if (found.infeasible) return "No point near this one satisfies all constraints: multipliers and errors mean nothing.";
  const std::string values = fmt::format("gradient {:.2g}, violation {:.2g}, multiplier times distance {:.2g}",
                                         found.stationarity, found.violation, found.complementarity);
  if (!converged) return "What is left of the conditions of Karush, Kuhn and Tucker: " + values + ".";
  return fmt::format(
      "The conditions of Karush, Kuhn and Tucker hold: {}. A multiplier is how much ½‖r‖² falls for each unit by which "
      "the constraint is loosened; errors are those along the active ones.",
      values);
}

}  // namespace

void add_constraints_section(const std::vector<StatedConstraint>& stated, const ConstrainedOutcome& found,
                             Report& report) {
  if (found.constraints.empty()) return;
  Section section;
  section.key = "constraints";
  section.json = json_of(stated, found).dump();
  section.sentence = sentence_of(found, report.result.converged());
  section.tables.push_back(table_of(stated, found));
  Section::Panel panel{"constraints", "Constraints"};
  panel.pieces.push_back({"", table_of(stated, found), "parameters"});
  panel.pieces.push_back({section.sentence});
  section.panels.push_back(std::move(panel));
  report.sections.push_back(std::move(section));
}

}  // namespace thalweg::inline v0_1::studies
