#include "studies/camera_graph/camera_graph_section.hpp"

#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Align;
using text::Table;

/// What it consists of, what is held, its cost and reprojection errors before and after.
Table facts_table(const CameraGraphSummary& g, const Result& r, bool robust) {
  Table table;
  table.add_column("camera graph", Align::left);
  table.add_column("", Align::left);
  std::string extent = fmt::format("{} {}", g.poses, g.cameras);
  if (g.points > 0)
    extent += fmt::format(", {}, {}", counted(g.points, "point"), counted(g.observations, "observation"));
  if (g.edges > 0) extent += fmt::format(", {}", counted(g.edges, "edge"));
  table.add_row({"extent", extent});
  table.add_row({"held", g.held});
  table.add_row({robust ? "cost ½ Σ ρ" : "cost ½ χ²",
                 fmt::format("{:.6g} at the start, {:.10g} at the solution", r.initial_cost, r.final_cost)});
  if (g.degrees_of_freedom > 0)
    table.add_row({"χ² / freedom",
                   fmt::format("{:.4g}, of {} degrees", 2.0 * r.final_cost / static_cast<double>(g.degrees_of_freedom),
                               g.degrees_of_freedom)});
  if (g.before && g.after) {
    const auto shown = [](double v) { return std::isfinite(v) ? fmt::format("{:.4g}", v) : "-"; };
    table.add_row({"reprojection, pixels",
                   fmt::format("rms {} → {}, median {} → {}", shown(g.before->root_mean_square),
                               shown(g.after->root_mean_square), shown(g.before->median), shown(g.after->median))});
  }
  return table;
}

Json json_of(const CameraGraphSummary& g) {
  const auto errors = [](const std::optional<ReprojectionErrors>& e) -> Json {
    if (!e) return nullptr;
    return {{"rms", number(e->root_mean_square)},
            {"mean", number(e->mean)},
            {"median", number(e->median)},
            {"percentile_95", number(e->percentile_95)},
            {"largest", number(e->largest)}};
  };
  return {{"cameras", g.cameras},
          {"poses", g.poses},
          {"points", g.points},
          {"observations", g.observations},
          {"edges", g.edges},
          {"held", g.held},
          {"degrees_of_freedom", g.degrees_of_freedom},
          {"reprojection_error", {{"before", errors(g.before)}, {"after", errors(g.after)}}}};
}

}  // namespace

Section section_of(const CameraGraphSummary& g, const Result& result, bool robust) {
  Section section;
  section.key = "camera_graph";
  section.json = json_parts::dumped(json_of(g));
  section.tables = {facts_table(g, result, robust)};
  section.key_numbers = {{g.cameras, std::to_string(g.poses)}};
  if (g.points > 0) section.key_numbers.emplace_back("points", std::to_string(g.points));
  section.key_numbers.emplace_back("measurements", std::to_string(g.observations + g.edges));
  section.panels = {{"graph", "The graph before and after", {{"", section.tables[0], "facts"}}}};
  return section;
}

}  // namespace thalweg::inline v0_1::studies
