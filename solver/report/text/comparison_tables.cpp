#include "report/text/comparison_tables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1::text {
namespace {

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

/// What to know of a rate beyond which none was tried.
std::string_view edge_text(RateEdge edge) {
  switch (edge) {
    case RateEdge::smallest:
      return ", the smallest of them";
    case RateEdge::largest:
      return ", the largest of them";
    case RateEdge::none:
      break;
  }
  return "";
}

bool shows_lowest_costs(const std::vector<MethodSummary>& methods) {
  return std::any_of(methods.begin(), methods.end(),
                     [](const MethodSummary& s) { return std::isfinite(s.lowest_cost); });
}

}  // namespace

Table method_table(const ComparedProblem& problem, const std::vector<MethodSummary>& methods) {
  Table table;
  table.add_column("method", Align::left);
  for (const char* heading : {"reached", "seconds", "iterations", "evaluations", "F/∇F/∇²F", "final cost"})
    table.add_column(heading, Align::right);
  const bool lowest = shows_lowest_costs(methods);
  if (lowest) table.add_column("lowest met", Align::right);
  table.add_column("digits", Align::right);
  const std::size_t starts = problem.initial_costs.size();
  for (const MethodSummary& s : methods) {
    if (!s.refused.empty()) {
      table.add_row({s.name, "refused"});
      continue;
    }
    const std::string reached =
        starts == 1 && s.runs == 1 ? (s.reached == 1 ? "yes" : "no") : fmt::format("{}/{}", s.reached, s.runs);
    std::vector<std::string> row = {
        s.name,
        reached,
        several(s.seconds, 3),
        short_count(s.iterations),
        short_count(s.evaluations),
        fmt::format("{}/{}/{}", short_count(s.costs), short_count(s.gradients), short_count(s.hessians)),
        several(s.final_cost, 6)};
    if (lowest) row.push_back(std::isfinite(s.lowest_cost) ? several(s.lowest_cost, 6) : "");
    row.push_back(digits_text(s.digits));
    table.add_row(std::move(row));
  }
  return table;
}

Table rate_table(const std::vector<MethodSummary>& methods) {
  Table table;
  table.add_column("learning rate", Align::left);
  table.add_column("", Align::right);
  table.add_column("minibatches", Align::right);
  table.add_column("tuning", Align::left);
  for (const MethodSummary& s : methods) {
    if (!std::isfinite(s.rate)) continue;
    table.add_row({s.name, fmt::format("{:.3g}", s.rate), s.minibatches > 0 ? short_count(s.minibatches) : "",
                   s.rates_tried == 0
                       ? ""
                       : fmt::format("best of {} tried{}: {} evaluations, {:.3g} s more", s.rates_tried,
                                     edge_text(s.rate_edge), short_count(s.tuning_evaluations), s.tuning_seconds)});
  }
  return table;
}

Table table_over_all(const Comparison& comparison) {
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
  return table;
}

std::string columns_text(const Comparison& comparison) {
  const bool starts = std::any_of(comparison.problems.begin(), comparison.problems.end(),
                                  [](const ComparedProblem& p) { return p.initial_costs.size() > 1; });
  std::string out = "Seconds, iterations and evaluations count up to the target";
  if (starts || comparison.problems.size() > 1) out += ", medians of the runs that reached it";
  if (starts && comparison.problems.size() == 1) out += "; final costs and digits are medians of all runs";
  if (comparison.problems.size() == 1 && shows_lowest_costs(summary(comparison.problems[0])))
    out += "; a final cost is that where a run ended, lowest met the lowest on its way, where it ended higher";
  return out +
         ". F/∇F/∇²F are the costs, gradients or Jacobians, and Hessians or products that all runs took to their "
         "ends, reached or not.";
}

}  // namespace thalweg::inline v0_1::text
