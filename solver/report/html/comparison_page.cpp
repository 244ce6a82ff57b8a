#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/html.hpp>

#include "report/html/assets.hpp"
#include "report/html/comparison_data.hpp"
#include "report/html/page.hpp"
#include "report/text/comparison_tables.hpp"

namespace thalweg::inline v0_1 {
namespace {

using html::escaped;
using html::paragraph;
using html::section;

std::string heading(const std::string& title, const std::string& source, const Comparison& comparison) {
  std::string out = "<header>\n" + paragraph("comparison of methods", "kind");
  out += fmt::format("<h1>{}</h1>\n", escaped(title)) + paragraph(source, "source");
  out += paragraph(rule_text(comparison.rule));
  if (comparison.tuned)
    out += paragraph("Learning rates were chosen for each method and problem; the figures are those of the best.");
  if (comparison.interrupted) out += paragraph("The comparison was interrupted: some runs are missing.", "note");
  return out + "</header>\n";
}

std::string one_problem(const Comparison& comparison) {
  const ComparedProblem& problem = comparison.problems[0];
  const std::vector<MethodSummary> methods = summary(problem);
  std::string notes;
  for (const MethodSummary& s : methods) {
    if (!s.refused.empty())
      notes += paragraph(s.name + " was refused: " + s.refused, "note");
    else if (s.failed())
      notes += paragraph(fmt::format("{} did not reach the target: {}.", s.name, failures_text(s)), "note");
  }
  std::string out = section("methods", "Methods",
                            html::table(text::method_table(problem, methods), "results") +
                                paragraph(text::columns_text(comparison), "caption") +
                                html::table(text::rate_table(methods), "rates") + notes);
  if (problem.landscape) out += section("landscape", "The valley and the paths", "");
  return out + section("descent", "The way down", "");
}

/// "3 of 3" with a mark, so that no colour is needed.
std::string success_cell(const ComparedMethod& method) {
  if (!method.refused.empty())
    return fmt::format("<td class=\"refused\" title=\"{}\">refused</td>", escaped(method.refused));
  int reached = 0;
  for (const ComparedRun& run : method.runs) reached += run.reached;
  const int runs = static_cast<int>(method.runs.size());
  if (runs == 0) return "<td></td>";
  const char* css_class = reached == runs ? "all" : reached == 0 ? "none" : "some";
  const char* mark = reached == runs ? "✓" : reached == 0 ? "✗" : "◐";
  return fmt::format("<td class=\"{}\">{}{}</td>", css_class, mark,
                     runs == 1 ? "" : fmt::format(" {}/{}", reached, runs));
}

std::string success_matrix(const Comparison& comparison) {
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\">\n<table class=\"matrix\">\n<thead><tr><th scope=\"col\">problem</th>";
  for (const std::string& method : comparison.methods)
    out += fmt::format("<th scope=\"col\"><span>{}</span></th>", escaped(method));
  out += "</tr></thead>\n<tbody>\n";
  for (const ComparedProblem& problem : comparison.problems) {
    out += fmt::format("<tr><th scope=\"row\" title=\"{}\">{}</th>", escaped(problem.title), escaped(problem.name));
    for (std::size_t m = 0; m < comparison.methods.size(); ++m)
      out += m < problem.methods.size() ? success_cell(problem.methods[m]) : "<td></td>";
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

std::string many_problems(const Comparison& comparison) {
  return section("methods", "Methods",
                 html::table(text::table_over_all(comparison), "results") +
                     paragraph("Reached: of all runs. Problems: of all, those reached from every start.", "caption") +
                     paragraph(text::columns_text(comparison), "caption")) +
         section("performance", "Performance profiles", "") +
         section("successes", "Who reached what",
                 paragraph("✓ from every start, ◐ from some, ✗ from none.", "caption") + success_matrix(comparison));
}

}  // namespace

std::string to_html(const Comparison& comparison, const Provenance& provenance) {
  const bool one = comparison.problems.size() == 1;
  std::string title, source, body;
  if (one) {
    const ComparedProblem& problem = comparison.problems[0];
    title = problem.title.empty() ? problem.name : problem.title;
    source = (problem.source.empty() ? "" : problem.source + ": ") + extent(problem);
  } else {
    title = fmt::format("{} on {}", counted(static_cast<long long>(comparison.methods.size()), "method"),
                        counted(static_cast<long long>(comparison.problems.size()), "problem"));
  }
  body = heading(title, source, comparison) + (one ? one_problem(comparison) : many_problems(comparison));
  body += html::provenance_section(provenance);
  return html::page(title, body, html::data_of(comparison), html::comparison_script);
}

}  // namespace thalweg::inline v0_1
