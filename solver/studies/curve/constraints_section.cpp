#include "studies/curve/constraints_section.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/models/curve_constraints.hpp>
#include <thalweg/report/text.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Table;

/// A constraint that was stated, and where it is in a group of rows.
struct Stated {
  std::string name, expression;
};

/// In the order of the values found.
std::vector<Stated> stated(const CurveFit& fit) {
  std::vector<Stated> all;
  for (const NamedExpression& c : fit.constraints)
    if (is_per_group(fit, c))
      for (const std::string& group : fit.groups) all.push_back({c.name + "[" + group + "]", c.expression});
    else
      all.push_back({c.name, c.expression});
  return all;
}

Table table_of(const std::vector<Stated>& all, const ConstrainedOutcome& found) {
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

Json json_of(const std::vector<Stated>& all, const ConstrainedOutcome& found) {
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

void refuse_under_constraints(const CurveFit& fit, const Request& request) {
  const auto refuse = [&](const std::string& what, const char* expected) {
    throw Error(fmt::format("{} does not heed the constraints of '{}'; expected {}", what, fit.file, expected));
  };
  if (request.global) refuse("--global", "a start, or --starts");
  if (request.intervals == IntervalKind::posterior)
    refuse(fmt::format("--intervals {}", to_string(request.intervals)), "--intervals standard, profile or bootstrap");
  if (!std::holds_alternative<Method>(request.method))
    refuse(fmt::format("--method {}", to_string(request.method)), "a method that is not first-order");
}

void add_constraints(const CurveFit& fit, const ConstrainedOutcome& found, Report& report) {
  if (found.constraints.empty()) return;
  Section section;
  section.key = "constraints";
  const std::vector<Stated> all = stated(fit);
  section.json = json_of(all, found).dump();
  section.sentence = sentence_of(found, report.result.converged());
  section.tables.push_back(table_of(all, found));
  Section::Panel panel{"constraints", "Constraints"};
  panel.pieces.push_back({"", table_of(all, found), "parameters"});
  panel.pieces.push_back({section.sentence});
  section.panels.push_back(std::move(panel));
  report.sections.push_back(std::move(section));
}

}  // namespace thalweg::inline v0_1::studies
