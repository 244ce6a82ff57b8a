#include <thalweg/report/html.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/json.hpp>

#include "report/html/assets.hpp"
#include "report/html/bundle_data.hpp"
#include "report/html/page.hpp"
#include "report/html/report_data.hpp"
#include "report/json/json_parts.hpp"
#include "report/text/minima_text.hpp"
#include "report/text/profile_text.hpp"
#include "report/text/regression_tables.hpp"
#include "report/text/report_tables.hpp"
#include "report/text/sentences.hpp"

namespace thalweg {
namespace {

using html::escaped;
using html::paragraph;
using html::section;
using text::significant;

constexpr std::size_t most_minima = 100;  // rows
constexpr std::size_t most_classes = 20;  // of a confusion table

std::string heading(const Report& report) {
  const ProblemFacts& p = report.problem;
  const Result& r = report.result;
  const auto fixed = std::count_if(report.statistics.parameters.begin(), report.statistics.parameters.end(),
                                   [](const ParameterStatistics& s) { return s.fixed; });
  std::string out = "<header>\n" + paragraph(p.kind, "kind");
  out += fmt::format("<h1>{}</h1>\n", escaped(p.title.empty() ? p.name : p.title));
  out += paragraph(fmt::format("{}{}{}{}", p.source.empty() ? "" : p.source + ": ", text::extent(p),
                               counted(p.parameters, "parameter"), fixed > 0 ? fmt::format(" ({} fixed)", fixed) : ""),
                   "source");
  if (const std::string rows = text::left_out(p); !rows.empty()) out += paragraph(rows, "source");
  const char* css_class = r.converged() ? "ending converged" : "ending stopped";
  out += fmt::format("<p class=\"{}\"><strong>{} {}</strong>: {}</p>\n", css_class, r.converged() ? "✓" : "!",
                     escaped(text::ending(r)), escaped(r.reason));
  if (report.known_minimum && std::isfinite(r.final_cost)) out += paragraph(text::known_minimum(report, false));
  for (const std::string& note : r.notes) out += paragraph("Note: " + note, "note");
  if (!r.converged() && r.status != Status::non_finite_start)
    out += paragraph("What follows describes the best point found; it need not be a minimum.", "note");
  return out + "</header>\n";
}

std::string key_numbers(const Report& report) {
  const FitStatistics& s = report.statistics;
  std::string out;
  const auto add = [&](const std::string& label, const std::string& value) {
    if (!value.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), escaped(value));
  };
  add(text::is_objective(report) ? "cost F"
      : s.loss.empty()           ? "cost ½‖r‖²"
                                 : "cost ½ Σ ρ",
      significant(report.result.final_cost, 6));
  if (report.bundle) {
    const BundleSummary& b = *report.bundle;
    add("cameras, points", fmt::format("{}, {}", b.cameras, b.points));
    add("observations", std::to_string(b.observations));
    add("rms error, pixels",
        fmt::format("{} → {}", significant(b.before.root_mean_square, 3), significant(b.after.root_mean_square, 3)));
  }
  if (report.pose_graph) {
    const PoseGraphSummary& g = *report.pose_graph;
    add("poses", std::to_string(g.poses));
    if (g.landmarks > 0) add("landmarks", std::to_string(g.landmarks));
    add("edges", std::to_string(g.edges + g.sightings));
  }
  add("residual standard deviation", significant(s.residual_standard_deviation, 4));
  add("R²", text::r_squared_text(s.r_squared));
  if (s.available()) add("degrees of freedom", std::to_string(s.degrees_of_freedom));
  if (report.certified)  // rounded down: no digit that is not there
    add("certified digits", fmt::format("{:.1f}", std::floor(report.certified->digits * 10.0) / 10.0));
  add("iterations", std::to_string(report.result.iterations));
  add("seconds", significant(report.total_seconds(), 3));
  return "<dl class=\"key-numbers\">\n" + out + "</dl>\n";
}

std::string fit_sections(const Report& report) {
  if (!report.picture || report.picture->panels.empty()) return "";
  return section("fit", "Data and fit", "") + section("residuals", "Residuals", "");
}

std::string parameters(const Report& report) {
  const FitStatistics& s = report.statistics;
  const bool weights = report.regression && report.regression->network;  // they say nothing one by one
  if (s.parameters.empty() || weights) return "";
  std::string content;
  if (s.parameters.size() <= most_parameters_in_json)
    content += html::table(text::parameter_table(report, true), "parameters");
  else
    content += paragraph(fmt::format("{} are too many for a page; the JSON holds them.",
                                     counted(static_cast<long long>(s.parameters.size()), "parameter")));
  for (const UndeterminedCombination& combination : s.undetermined)
    content += paragraph(text::sentence(s, combination), "note");
  content += paragraph(text::about_minimum(s), "note");
  content += paragraph(profile_text(report), "note");
  return section("parameters", "Parameters", content);
}

/// "of 20 starts ..." as a sentence.
std::string sentence_of(std::string words) {
  if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words + ".";
}

std::string regression(const Report& report) {
  if (!report.regression) return "";
  const RegressionSummary& r = *report.regression;
  std::string content = paragraph(sentence_of(r.model)) + html::table(text::quality_table(r), "parameters");
  for (const RegressionQuality& q : r.quality)
    if (!q.confusion.empty() && r.classes.size() <= most_classes) content += html::table(text::confusion_table(r, q));
  if (!r.cross_validation.empty()) content += html::table(text::cross_validation_table(r), "parameters");
  if (r.zero_weights > 0) content += paragraph(fmt::format("{} of {} weights are zero.", r.zero_weights, r.weights));
  return section("regression", "The model", content);
}

std::string bundle(const Report& report) {
  if (!report.bundle) return "";
  const std::string errors = html::table(text::bundle_table(*report.bundle), "results");
  if (!report.bundle->picture) return section("errors", "Reprojection errors", errors);
  return section("scene", "The scene from above", "") + section("errors", "Reprojection errors", errors) +
         section("largest", "The largest errors",
                 html::table(html::largest_errors(*report.bundle->picture), "results"));
}

std::string pose_graph(const Report& report) {
  if (!report.pose_graph) return "";
  return section("graph", "The graph before and after", html::table(text::pose_graph_table(report), "facts"));
}

std::string minima(const Report& report) {
  if (!report.multistart) return "";
  std::string content = paragraph(sentence_of(minima_tally(*report.multistart)));
  const std::size_t rows = std::min(report.multistart->list.size(), most_minima);
  if (rows > 0) content += html::table(minima_table(report, rows, true));
  return section("minima", "Minima", content);
}

}  // namespace

std::string to_html(const Report& report, const Provenance& provenance) {
  const std::string& title = report.problem.title.empty() ? report.problem.name : report.problem.title;
  std::string body = heading(report) + key_numbers(report) + bundle(report) + pose_graph(report) + regression(report) +
                     fit_sections(report) + parameters(report);
  if (report.statistics.available())
    body += section("statistics", "The fit as a whole", html::table(text::fit_table(report, true), "facts"));
  body += minima(report);
  body += section("descent", "The way down", html::table(text::machinery_table(report), "facts"));
  body += html::provenance_section(provenance);
  return html::page(title, body, html::data_of(report), html::report_script);
}

}  // namespace thalweg
