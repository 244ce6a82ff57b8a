#include <thalweg/report/text.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "report/text/minima_text.hpp"
#include "report/text/predictions_text.hpp"
#include "report/text/profile_text.hpp"
#include "report/text/report_tables.hpp"
#include "report/text/sampling_text.hpp"
#include "report/text/sentences.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1 {
namespace {

using text::Align;
using text::ending;
using text::extent;
using text::fit_table;
using text::known_minimum;
using text::left_out;
using text::machinery_table;
using text::parameter_table;
using text::remark_of;
using text::sentence;
using text::Table;

constexpr double noteworthy_correlation = 0.9;
constexpr std::size_t most_correlations = 10;
constexpr std::string_view indent = "  ";

// ---- how it ended ----

std::string heading(const Report& report, bool verbose) {
  const ProblemFacts& p = report.problem;
  std::string out = printable(p.title.empty() ? p.name : p.title) + "\n";
  const auto fixed = std::count_if(report.statistics.parameters.begin(), report.statistics.parameters.end(),
                                   [](const ParameterStatistics& s) { return s.fixed; });
  out += fmt::format("{}{}{}{}\n\n", p.source.empty() ? "" : printable(p.source) + ": ", extent(p),
                     counted(p.parameters, "parameter"), fixed > 0 ? fmt::format(" ({} fixed)", fixed) : "");
  if (const std::string rows = left_out(p); !rows.empty()) out.insert(out.size() - 1, rows + "\n");
  out += fmt::format("{}: {}\n", ending(report.result), printable(report.result.reason));
  if (report.global) out += text::global_search(*report.global, report.result.final_cost) + "\n";
  if (report.known_minimum && std::isfinite(report.result.final_cost)) out += known_minimum(report, verbose) + "\n";
  for (const std::string& note : report.result.notes) out += "note: " + printable(note) + "\n";
  const bool has_point = report.result.status != Status::converged && report.result.status != Status::non_finite_start;
  if (has_point) out += "What follows describes the best point found; it need not be a minimum.\n";
  return out;
}

// ---- what hangs together ----

std::string correlations(const FitStatistics& s) {
  const std::size_t n = s.free.size();
  if (s.correlation.size() != n * n) return "";
  struct Pair {
    std::size_t i, j;
    double correlation;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      if (const double c = s.correlation[i * n + j]; std::abs(c) > noteworthy_correlation) pairs.push_back({i, j, c});
  if (pairs.empty()) return "";
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return std::abs(a.correlation) > std::abs(b.correlation); });
  Table table;
  table.add_column(fmt::format("strong correlation (|correlation| > {})", noteworthy_correlation), Align::left);
  table.add_column("", Align::right);
  const auto name = [&](std::size_t i) { return s.free_name(i); };
  for (std::size_t k = 0; k < std::min(pairs.size(), most_correlations); ++k) {
    const auto& [i, j, c] = pairs[k];
    // 1.000 would claim more than there is.
    const int decimals = std::abs(c) > 0.9995 ? 6 : 3;
    table.add_row({name(i) + ", " + name(j), fmt::format("{:.{}f}", c, decimals)});
  }
  if (pairs.size() > most_correlations)
    table.add_row({fmt::format("and {} more: see --json", pairs.size() - most_correlations)});
  return "\n" + table.print(indent);
}

std::string undetermined(const FitStatistics& s) {
  std::string out = text::about_minimum(s);
  if (!out.empty()) out.insert(0, "\n");
  for (const UndeterminedCombination& combination : s.undetermined) out += "\n" + sentence(s, combination);
  return out;
}

// ---- verbose ----

std::string iteration_table(const Result& result) {
  Table table;
  for (const char* column : {"iteration", "cost", "gradient", "step", "gain ratio", "damping"})
    table.add_column(column, Align::right);
  table.add_column("", Align::left);
  const auto cell = [](double v) { return std::isfinite(v) ? fmt::format("{:.3e}", v) : "-"; };
  for (const IterationRecord& r : result.trace) {
    std::string remark = r.iteration == 0 ? "start" : std::string(remark_of(r.outcome));
    if (r.phase == IterationRecord::Phase::polish) remark += remark.empty() ? "polish" : ", polish";
    if (r.loss_scale != 1.0) remark += fmt::format("{}loss scale × {:.3g}", remark.empty() ? "" : ", ", r.loss_scale);
    table.add_row({std::to_string(r.iteration), fmt::format("{:.9e}", r.cost), cell(r.gradient_norm), cell(r.step_norm),
                   cell(r.gain_ratio), cell(r.damping), remark});
  }
  return table.print(indent);
}

}  // namespace

std::string to_text(const Report& report, bool verbose) {
  std::string out = heading(report, verbose);
  if (verbose) {
    if (!report.result.trace.empty()) out += "\n" + iteration_table(report.result);
    out += "\n" + machinery_table(report).print(indent);
  }
  if (report.multistart) out += minima_text(report, verbose);
  if (report.parameter_list == ParameterList::shown || (report.parameter_list == ParameterList::verbose && verbose))
    out += "\n" + parameter_table(report, text::of_text(verbose)).print(indent);
  for (const Section& section : report.sections) {
    for (const Table& table : section.tables) out += "\n" + table.print(indent);
    if (!section.sentence.empty()) out += "\n" + section.sentence + "\n";
  }
  for (const FitRows& rows : report.predictions) out += text::predictions_text(rows, report.predictions.size() > 1);
  if (!report.statistics.available()) return out;
  out += "\n" + fit_table(report, text::of_text(verbose)).print(indent);
  out += correlations(report.statistics);
  out += undetermined(report.statistics);
  out += profile_text(report);
  out += sampling_text(report);
  return out;
}

}  // namespace thalweg::inline v0_1
