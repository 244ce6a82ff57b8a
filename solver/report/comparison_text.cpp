#include <thalweg/report/comparison.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/comparison_summary.hpp"
#include "report/table.hpp"

namespace thalweg {
namespace {

using text::Align;
using text::counted;
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

std::string several(double v, int digits) { return std::isfinite(v) ? fmt::format("{:.{}g}", v, digits) : "-"; }

/// "1234", "123k", "12.3M": at most five characters.
std::string short_count(double v) {
  if (!std::isfinite(v)) return "-";
  if (v < 99999.5) return fmt::format("{:.5g}", v);
  if (v < 999.5e3) return fmt::format("{:.0f}k", v / 1e3);
  return v < 999.5e6 ? fmt::format("{:.3g}M", v / 1e6) : fmt::format("{:.3g}G", v / 1e9);
}

std::string short_count(std::int64_t n) { return short_count(static_cast<double>(n)); }

/// Nothing beyond the decimals counts here: no digit that is not there.
std::string digits_text(double digits) {
  return std::isfinite(digits) ? fmt::format("{:.1f}", std::floor(digits * 10.0) / 10.0) : "";
}

std::string method_table(const ComparedProblem& problem, const std::vector<MethodSummary>& methods) {
  Table table;
  table.add_column("method", Align::left);
  for (const char* heading :
       {"reached", "seconds", "iterations", "evaluations", "F/∇F/∇²F", "minibatches", "final cost", "digits"})
    table.add_column(heading, Align::right);
  const std::size_t starts = problem.initial_costs.size();
  for (const MethodSummary& s : methods) {
    if (!s.refused.empty()) {
      table.add_row({s.name, "refused"});
      continue;
    }
    const std::string reached =
        starts == 1 && s.runs == 1 ? (s.reached == 1 ? "yes" : "no") : fmt::format("{}/{}", s.reached, s.runs);
    table.add_row({s.name, reached, several(s.seconds, 3), short_count(s.iterations), short_count(s.evaluations),
                   fmt::format("{}/{}/{}", short_count(s.costs), short_count(s.gradients), short_count(s.hessians)),
                   s.minibatches > 0 ? short_count(s.minibatches) : "", several(s.final_cost, 6),
                   digits_text(s.digits)});
  }
  return table.print(indent);
}

/// Learning rates, and what it took to find them; empty when no method has one.
std::string rate_table(const std::vector<MethodSummary>& methods) {
  Table table;
  table.add_column("learning rate", Align::left);
  table.add_column("", Align::right);
  table.add_column("", Align::left);
  bool any = false;
  for (const MethodSummary& s : methods) {
    if (!std::isfinite(s.rate)) continue;
    any = true;
    table.add_row({s.name, fmt::format("{:.3g}", s.rate),
                   s.rates_tried == 0
                       ? ""
                       : fmt::format("the best of {} tried, for {} evaluations and {:.3g} s in addition", s.rates_tried,
                                     short_count(s.tuning_evaluations), s.tuning_seconds)});
  }
  return any ? "\n" + table.print(indent) : "";
}

/// Methods that were refused, and how the runs ended that did not reach the target.
std::string shortfalls(const std::vector<MethodSummary>& methods) {
  std::string out;
  for (const MethodSummary& s : methods) {
    if (!s.refused.empty())
      out += wrapped(printable(s.name) + ": " + printable(s.refused));
    else if (!s.failures.empty())
      out += wrapped(printable(s.name) + " did not reach it: " + failures_text(s));
  }
  return out.empty() ? "" : "\n" + out;
}

std::string one_problem(const ComparedProblem& problem) {
  const std::vector<MethodSummary> methods = summary(problem);
  std::string out = printable(problem.title.empty() ? problem.name : problem.title) + "\n";
  out += wrapped((problem.source.empty() ? "" : printable(problem.source) + ": ") + printable(extent(problem)));
  out += "\n" + method_table(problem, methods) + rate_table(methods) + shortfalls(methods);
  return out;
}

std::string explanation(const Comparison& comparison) {
  const bool starts = std::any_of(comparison.problems.begin(), comparison.problems.end(),
                                  [](const ComparedProblem& p) { return p.initial_costs.size() > 1; });
  const std::string medians = starts || comparison.problems.size() > 1 ? " (medians of the runs that reached it)" : "";
  return wrapped(
      "Seconds, iterations and evaluations count up to the target" + medians +
      "; F/∇F/∇²F are the costs, gradients or Jacobians, and Hessians or products that all runs took to their "
      "ends, reached or not.");
}

std::string over_all(const Comparison& comparison) {
  Table table;
  table.add_column("method", Align::left);
  for (const char* heading :
       {"reached", "problems", "refused", "seconds", "iterations", "evaluations", "F/∇F/∇²F", "in all s"})
    table.add_column(heading, Align::right);
  for (const MethodSummary& s : summary(comparison))
    table.add_row({s.name, fmt::format("{}/{}", s.reached, s.runs),
                   fmt::format("{}/{}", s.problems_solved, s.problems + s.problems_refused),
                   s.problems_refused > 0 ? std::to_string(s.problems_refused) : "", several(s.seconds, 3),
                   short_count(s.iterations), short_count(s.evaluations),
                   fmt::format("{}/{}/{}", short_count(s.costs), short_count(s.gradients), short_count(s.hessians)),
                   several(s.total_seconds, 3)});
  return fmt::format("{}, {}\n\n", counted(static_cast<long long>(comparison.problems.size()), "problem"),
                     counted(static_cast<long long>(comparison.methods.size()), "method")) +
         table.print(indent) + "\nreached: of all runs; problems: of all, those reached from every start.\n";
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
  out += "\n" + explanation(comparison) + wrapped(rule_text(comparison.rule));
  if (comparison.tuned)
    out += "Learning rates were chosen for each method and problem; the figures above are those of the best.\n";
  if (comparison.interrupted) out += "The comparison was interrupted: some runs are missing.\n";
  if (verbose && comparison.problems.size() > 1) out += on_each(comparison);
  return out;
}

}  // namespace thalweg
