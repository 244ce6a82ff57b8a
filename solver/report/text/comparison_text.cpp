#include <thalweg/report/comparison.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/comparison_summary.hpp"
#include "report/text/comparison_tables.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1 {
namespace {

using text::Table;

constexpr std::string_view indent = "  ";
constexpr std::size_t most_columns = 110;

/// Breaks at blanks; lines end with a newline.
std::string wrapped(const std::string& sentence) {
  std::string out, line;
  std::size_t begin = 0;
  while (begin < sentence.size()) {
    const std::size_t end = std::min(sentence.find(' ', begin), sentence.size());
    const std::string word = sentence.substr(begin, end - begin);
    if (!line.empty() && text::width(line) + 1 + text::width(word) > most_columns)
      out += std::exchange(line, "") + "\n";
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return out + line + "\n";
}

/// Methods that were refused, and how the runs ended that did not reach the target.
std::string shortfalls_text(const std::vector<MethodSummary>& methods) {
  std::string out;
  for (const std::string& sentence : shortfalls(methods, "it")) out += wrapped(printable(sentence));
  return out.empty() ? "" : "\n" + out;
}

std::string one_problem(const ComparedProblem& problem) {
  const std::vector<MethodSummary> methods = summary(problem);
  std::string out = printable(problem.title.empty() ? problem.name : problem.title) + "\n";
  out += wrapped((problem.source.empty() ? "" : printable(problem.source) + ": ") + printable(extent(problem)));
  out += "\n" + text::method_table(problem, methods).print(indent);
  const Table rates = text::rate_table(methods);
  if (!rates.empty()) out += "\n" + rates.print(indent);
  out += shortfalls_text(methods);
  return out;
}

std::string over_all(const Comparison& comparison) {
  return fmt::format("{}, {}\n\n", counted(static_cast<long long>(comparison.problems.size()), "problem"),
                     counted(static_cast<long long>(comparison.methods.size()), "method")) +
         text::table_over_all(comparison).print(indent) +
         "\nreached: of all runs; problems: of all, those reached from every start.\n";
}

std::string on_each(const Comparison& comparison) {
  std::string out;
  for (const ComparedProblem& problem : comparison.problems) out += "\n" + one_problem(problem);
  return out;
}

}  // namespace

std::string to_text(const Comparison& comparison, bool verbose) {
  std::string out;
  if (comparison.problems.size() == 1)
    out += one_problem(comparison.problems[0]);
  else
    out += over_all(comparison);
  out += "\n" + wrapped(text::columns_text(comparison)) + wrapped(rule_text(comparison.rule));
  if (comparison.tuned)
    out += "Learning rates were chosen for each method and problem; the figures above are those of the best.\n";
  if (comparison.interrupted) out += "The comparison was interrupted: some runs are missing.\n";
  if (verbose && comparison.problems.size() > 1) out += on_each(comparison);
  return out;
}

}  // namespace thalweg::inline v0_1
