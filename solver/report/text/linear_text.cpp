// A linear system's answer, for people.
#include <thalweg/report/linear_report.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/report/table.hpp>
#include <thalweg/report/text.hpp>

#include "report/text/linear_tables.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr std::size_t most_shown = 10;  // numbers of x

text::Table facts(const LinearReport& report) {
  const LinearSolution& s = report.solution;
  text::Table table;
  table.add_column("answer", text::Align::left);
  table.add_column("", text::Align::left);
  const auto row = [&](const std::string& what, const std::string& value) { table.add_row({what, value}); };
  row("method", fmt::format("{}{}", to_string(s.method), s.form.empty() ? "" : ", " + s.form));
  row("because", printable(s.reason));
  if (std::isfinite(s.backward_error)) row("backward error", fmt::format("{:.2g}", s.backward_error));
  if (std::isfinite(s.residual_norm)) row("residual ‖b − Ax‖", fmt::format("{:.4g}", s.residual_norm));
  if (!std::isnan(s.condition)) row("condition number", fmt::format("{:.2g}, estimated from below", s.condition));
  if (s.rank >= 0) row("rank", std::to_string(s.rank));
  row(is_iterative(s.method)         ? "iterations"
      : std::isnan(s.backward_error) ? "solves"
                                     : "refinements",
      std::to_string(s.iterations));
  if (s.factor_nonzeros > 0) row("factor", fmt::format("{} numbers", s.factor_nonzeros));
  const auto ms = [](double seconds) { return fmt::format("{:.3g}", 1e3 * seconds); };
  row("milliseconds", fmt::format("{} in all: read {}, {} {}, solve {}", ms(report.seconds_read + s.seconds.total),
                                  ms(report.seconds_read), is_iterative(s.method) ? "prepare" : "factor",
                                  ms(s.seconds.factor), ms(s.seconds.solve)));
  return table;
}

std::string first_numbers(const std::vector<double>& x) {
  std::string out = "x = (";
  for (std::size_t i = 0; i < std::min(x.size(), most_shown); ++i)
    out += fmt::format("{}{:.6g}", i > 0 ? ", " : "", x[i]);
  return out +
         (x.size() > most_shown ? fmt::format(", …), {} numbers; --output x.mtx writes them\n", x.size()) : ")\n");
}

}  // namespace

std::string to_text(const LinearReport& report) {
  const LinearSystemFacts& a = report.system;
  std::string out = text::heading(a) + "\n";
  out += fmt::format("{}: {}\n\n", report.solution.solved ? "solved" : "not solved", report.solution.ending);
  out += facts(report).print("  ");
  for (const std::string& note : a.notes) out += "\nNote: " + printable(note) + ".\n";
  for (const std::string& note : report.solution.notes) out += "\nNote: " + printable(note) + ".\n";
  return out + "\n" + first_numbers(report.solution.x);
}

}  // namespace thalweg::inline v0_1
