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

/// Which method reached the target with the fewest evaluations, in a sentence.
std::string answer(const std::vector<MethodSummary>& methods) {
  const auto everywhere = [](const MethodSummary& s) { return s.runs > 0 && s.reached == s.runs; };
  const MethodSummary* best = nullptr;
  std::size_t reached = 0;
  bool several = false;
  for (const MethodSummary& s : methods) {
    several = several || s.runs > 1;
    if (!everywhere(s)) continue;
    ++reached;
    if (best == nullptr || s.evaluations < best->evaluations) best = &s;
  }
  const std::string from = several ? " from every start" : "", median = several ? "a median of " : "";
  if (best == nullptr) return fmt::format("No method reached the target{}.", from);
  if (reached == 1 && methods.size() > 1)
    return fmt::format("Of {} methods {} alone reached the target{}, within {}{:.6g} evaluations.", methods.size(),
                       best->name, from, median, best->evaluations);
  return fmt::format("{} of {} reached the target{}; the fewest evaluations: {}, {}{:.6g}.", reached,
                     counted(static_cast<long long>(methods.size()), "method"), from, best->name, median,
                     best->evaluations);
}

/// What counts as reached, and what was tuned.
std::string rules(const Comparison& comparison) {
  std::string out = paragraph(rule_text(comparison.rule), "caption");
  if (comparison.tuned)
    out += paragraph("Learning rates were chosen for each method and problem; the figures are those of the best.",
                     "caption");
  return out;
}

std::string heading(const std::string& title, const std::string& source, const Comparison& comparison) {
  std::string out = "<header>\n" + paragraph("comparison of methods", "kind");
  out += fmt::format("<h1>{}</h1>\n", escaped(title)) + paragraph(source, "source");
  if (comparison.problems.size() == 1) out += paragraph(answer(summary(comparison.problems[0])));
  if (comparison.interrupted) out += paragraph("The comparison was interrupted: some runs are missing.", "note");
  return out + "</header>\n";
}

std::string one_problem(const Comparison& comparison) {
  const ComparedProblem& problem = comparison.problems[0];
  const std::vector<MethodSummary> methods = summary(problem);
  std::string notes;
  for (const std::string& sentence : shortfalls(methods, "the target")) notes += paragraph(sentence + ".", "note");
  const std::string table = section("methods", "Methods",
                                    html::table(text::method_table(problem, methods), "results") +
                                        paragraph(text::columns_text(comparison), "caption") + rules(comparison) +
                                        notes + html::table(text::rate_table(methods), "rates"));
  const std::string descent = section("descent", "The way down", "");
  // A picture first: it answers at a glance what the table says in numbers.
  return problem.landscape ? section("landscape", "The valley and the paths", "") + table + descent : descent + table;
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
                     paragraph(text::columns_text(comparison), "caption") + rules(comparison)) +
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
