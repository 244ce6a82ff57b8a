#include <thalweg/studies/pose_graph_section.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>

#include "report/json/json_parts.hpp"
#include "studies/pose_graph/pose_graph_figure.hpp"

namespace thalweg::inline v0_1 {
namespace studies {
extern const std::string_view pose_graph_script;  // pose_graph.js
}

namespace {

using json_parts::Json;
using json_parts::number;
using text::Align;
using text::Table;

/// What it consists of, where it began, what is held, and its cost before and after.
Table facts_table(const PoseGraphSummary& g, const Result& r, bool robust) {
  Table table;
  table.add_column("pose graph", Align::left);
  table.add_column("", Align::left);
  std::string extent =
      fmt::format("{} of {}, {}", counted(g.poses, "pose"), g.plane ? "the plane" : "space", counted(g.edges, "edge"));
  if (g.landmarks > 0)
    extent += fmt::format("; {}, {}", counted(g.landmarks, "landmark"), counted(g.sightings, "sighting"));
  if (g.further > 0) extent += "; " + counted(g.further, "further measurement");
  table.add_row({"extent", extent});
  table.add_row({"held", g.held});
  table.add_row({"begins", fmt::format("{} ({})", g.initialization, g.initialization_reason)});
  table.add_row({robust ? "cost ½ Σ ρ" : "cost ½ χ²",
                 fmt::format("{:.6g} at the start, {:.10g} at the solution", r.initial_cost, r.final_cost)});
  if (g.degrees_of_freedom > 0)
    table.add_row(
        {"χ² / freedom", fmt::format("{:.4g}, of {}", 2.0 * r.final_cost / static_cast<double>(g.degrees_of_freedom),
                                     counted(g.degrees_of_freedom, "degree"))});
  return table;
}

Json json_of(const PoseGraphSummary& g) {
  return {{"space", g.plane ? "SE2" : "SE3"},
          {"poses", g.poses},
          {"landmarks", g.landmarks},
          {"edges", g.edges},
          {"sightings", g.sightings},
          {"further", g.further},
          {"held", g.held},
          {"degrees_of_freedom", g.degrees_of_freedom},
          {"initialization",
           {{"used", g.initialization},
            {"reason", g.initialization_reason},
            {"file_cost", number(g.file_cost)},
            {"tree_cost", number(g.tree_cost)},
            {"chordal_cost", number(g.chordal_cost)},
            {"seconds", g.initialization_seconds}}}};
}

std::int64_t count_fixed(const std::vector<char>& fixed) {
  return std::count_if(fixed.begin(), fixed.end(), [](char f) { return f != 0; });
}

}  // namespace

std::string held_in_words(const PoseGraph& graph) {
  if (const std::int32_t pose = gauge_pose(graph); pose >= 0)
    return fmt::format("pose {}, since the file fixes nothing", graph.pose_ids[static_cast<std::size_t>(pose)]);
  const auto poses = count_fixed(graph.pose_fixed), landmarks = count_fixed(graph.landmark_fixed);
  if (poses + landmarks == 0) return "none; priors say where it is";
  std::string text = fmt::format("{} pose{}", poses, poses == 1 ? "" : "s");
  if (landmarks > 0) text += fmt::format(" and {} landmark{}", landmarks, landmarks == 1 ? "" : "s");
  return text + " that the file fixes";
}

bool is_loosely_held(const PoseGraph& g) {
  using Kind = PoseGraph::Measurement::Kind;
  if (std::any_of(g.further.begin(), g.further.end(), [](const auto& m) { return m.kind == Kind::bearing; }))
    return true;
  return gauge_pose(g) < 0 && count_fixed(g.pose_fixed) == 0 &&
         std::none_of(g.further.begin(), g.further.end(), [](const auto& m) { return m.kind == Kind::pose_prior; });
}

Section section_of(const PoseGraphSummary& g, const Result& result, bool robust) {
  Section section;
  section.key = "pose_graph";
  section.json = json_parts::dumped(json_of(g));
  section.tables = {facts_table(g, result, robust)};
  section.key_numbers = {{"poses", std::to_string(g.poses)}};
  if (g.landmarks > 0) section.key_numbers.emplace_back("landmarks", std::to_string(g.landmarks));
  section.key_numbers.emplace_back("edges", std::to_string(g.edges + g.sightings + g.further));
  if (g.picture) section.panels.push_back({"graph", "The graph on its way"});
  section.panels.push_back({"graph-facts", "The graph in numbers", {{"", section.tables[0], "facts"}}});
  if (!g.picture) return section;
  section.figure = json_parts::dumped(html::data_of(g));
  section.script = studies::pose_graph_script;
  return section;
}

}  // namespace thalweg::inline v0_1
