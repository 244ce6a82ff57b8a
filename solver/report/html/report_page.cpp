#include <thalweg/report/html.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/json.hpp>

#include "report/html/assets.hpp"
#include "report/html/page.hpp"
#include "report/html/report_data.hpp"
#include "report/json/json_parts.hpp"
#include "report/text/minima_text.hpp"
#include "report/text/profile_text.hpp"
#include "report/text/report_tables.hpp"
#include "report/text/sampling_text.hpp"
#include "report/text/sentences.hpp"

namespace thalweg::inline v0_1 {
namespace {

using html::escaped;
using html::paragraph;
using html::section;
using text::significant;

constexpr std::size_t most_minima = 100;  // rows

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
                     escaped(text::ending(r)), text::marked_up(r.reason));
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
  bool own_r_squared = false;
  for (const Section& own : report.sections)
    for (const auto& [label, value] : own.key_numbers) {
      add(label, value);
      own_r_squared = own_r_squared || label.starts_with("R²");
    }
  // A likelihood has no residuals whose size could be told.
  if (!text::is_objective(report) && !s.likelihood)
    add("residual standard deviation", significant(s.residual_standard_deviation, 4));
  if (!own_r_squared) add("R²", text::r_squared_text(s.r_squared));
  if (s.available()) add("degrees of freedom", std::to_string(s.degrees_of_freedom));
  if (report.certified)  // rounded down: no digit that is not there
    add("certified digits", fmt::format("{:.1f}", std::floor(report.certified->digits * 10.0) / 10.0));
  add("iterations", std::to_string(report.result.iterations));
  add("seconds", significant(report.total_seconds(), 3));
  return "<dl class=\"key-numbers\">\n" + out + "</dl>\n";
}

bool has_picture(const Report& report) { return report.picture && !report.picture->panels.empty(); }

/// What was asked for stands before what is there anyway.
std::string posterior(const Report& report) {
  if (!report.posterior || !report.posterior->available()) return "";
  return section("posterior", "Posterior", paragraph(sampling_text(report)));
}

std::string parameters(const Report& report) {
  const FitStatistics& s = report.statistics;
  if (s.parameters.empty() || report.parameter_list == ParameterList::verbose) return "";
  std::string content;
  if (s.parameters.size() <= most_parameters_in_json)
    content += html::table(text::parameter_table(report, text::on_page), "parameters");
  else
    content += paragraph(fmt::format("{} are too many for a page; the JSON holds them.",
                                     counted(static_cast<long long>(s.parameters.size()), "parameter")));
  for (const UndeterminedCombination& combination : s.undetermined)
    content += paragraph(text::sentence(s, combination), "note");
  content += paragraph(text::about_minimum(s), "note");
  content += paragraph(profile_text(report), "note");
  if (posterior(report).empty()) content += paragraph(sampling_text(report), "note");
  return section("parameters", "Parameters", content);
}

/// "of 20 starts ..." as a sentence.
std::string sentence_of(std::string words) {
  if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words + ".";
}

std::string own_sections(const Report& report) {
  std::string out;
  for (const Section& own : report.sections)
    for (const Section::Panel& panel : own.panels) {
      std::string content;
      for (const Section::Piece& piece : panel.pieces)
        content += piece.paragraph.empty() ? html::table(piece.table, piece.css_class)
                                           : paragraph(piece.paragraph, piece.css_class);
      out += section(panel.id, panel.heading, content);
    }
  return out;
}

std::string minima(const Report& report) {
  if (!report.multistart) return "";
  std::string content = paragraph(sentence_of(minima_tally(*report.multistart)));
  const std::size_t rows = std::min(report.multistart->list.size(), most_minima);
  if (rows > 0) content += html::table(minima_table(report, rows, false));
  return section("minima", "Minima", content);
}

}  // namespace

std::string to_html(const Report& report, const Provenance& provenance) {
  const std::string& title = report.problem.title.empty() ? report.problem.name : report.problem.title;
  std::string body = heading(report) + key_numbers(report);
  // Pictures first: they answer at a glance what the tables say in numbers.
  if (has_picture(report)) body += section("fit", "Data and fit", "");
  body += posterior(report) + own_sections(report);
  if (has_picture(report)) body += section("residuals", "Residuals", "");
  body += parameters(report);
  if (report.statistics.available())
    body += section("statistics", "The fit as a whole", html::table(text::fit_table(report, text::on_page), "facts"));
  body += minima(report);
  body += section("descent", "The way down", html::table(text::machinery_table(report), "facts"));
  body += html::provenance_section(provenance);
  std::string script(html::report_script);
  for (const Section& own : report.sections) script += own.script;
  return html::page(title, body, html::data_of(report), script + "showReport();\n");
}

}  // namespace thalweg::inline v0_1
