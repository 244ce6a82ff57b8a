// A check's report for people.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/text.hpp>
#include "report/text/table.hpp"

namespace thalweg {
namespace {

std::string size_in_words(double bytes) {
  constexpr const char* units[] = {"bytes", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit < 4; ++unit) bytes /= 1000.0;
  return fmt::format("{:.{}f} {}", bytes, unit > 0 && bytes < 9.95 ? 1 : 0, units[unit]);
}

/// Broken at blanks into lines of at most 100 characters; all but the first begin with the indent.
std::string wrapped(const std::string& s, std::size_t first_column, std::string_view indent) {
  std::string out;
  std::size_t column = first_column;
  for (std::size_t begin = 0; begin < s.size();) {
    const std::size_t end = std::min(s.find(' ', begin), s.size());
    const std::string word = s.substr(begin, end - begin);
    const std::size_t wide = text::width(word);
    if (column > indent.size() && column + 1 + wide > 100) {
      out += "\n" + std::string(indent);
      column = indent.size();
    } else if (begin > 0) {
      out += " ";
      ++column;
    }
    out += word;
    column += wide;
    begin = end + 1;
  }
  return out;
}

std::string heading(const CheckReport& report) {
  const ProblemFacts& p = report.problem;
  const std::string& title = p.title.empty() ? p.name : p.title;
  std::string out = title.empty() ? "" : printable(title) + "\n";
  const std::int64_t fixed = p.parameters - report.free_parameters;
  out += fmt::format("{}{}, {}{}\n\n", p.source.empty() ? "" : printable(p.source) + ": ",
                     counted(p.residuals, "residual"), counted(p.parameters, "parameter"),
                     fixed > 0 ? fmt::format(" ({} fixed)", fixed) : "");
  return out;
}

std::string plan_table(const CheckReport::Plan& plan) {
  text::Table table;
  table.add_column("plan", text::Align::left);
  table.add_column("", text::Align::left);
  table.add_row({"method", std::string(to_string(plan.method))});
  if (!plan.linear_solver.empty())
    table.add_row({"linear solver", fmt::format("{} ({})", plan.linear_solver, plan.reason)});
  table.add_row({"memory", "about " + size_in_words(plan.bytes)});
  return table.print("  ");
}

}  // namespace

std::string_view to_string(Finding::Kind kind) {
  using Kind = Finding::Kind;
  switch (kind) {
    case Kind::nothing_free:
      return "nothing_free";
    case Kind::too_few_residuals:
      return "too_few_residuals";
    case Kind::start_out_of_bounds:
      return "start_out_of_bounds";
    case Kind::start_not_finite:
      return "start_not_finite";
    case Kind::not_finite_nearby:
      return "not_finite_nearby";
    case Kind::underflow:
      return "underflow";
    case Kind::unused:
      return "unused";
    case Kind::no_influence:
      return "no_influence";
    case Kind::constant_group:
      return "constant_group";
    case Kind::dependent:
      return "dependent";
    case Kind::dependent_at_start:
      return "dependent_at_start";
    case Kind::ill_conditioned:
      return "ill_conditioned";
    case Kind::negligible_influence:
      return "negligible_influence";
    case Kind::stationary_start:
      return "stationary_start";
    case Kind::wrong_derivative:
      return "wrong_derivative";
    case Kind::underdetermined:
      return "underdetermined";
    case Kind::loss_scale:
      break;
  }
  return "loss_scale";
}

std::string to_text(const CheckReport& report) {
  std::string out = heading(report);
  if (report.clean()) out += "no findings\n";
  std::size_t n = 0;
  for (const Finding& f : report.findings)
    out += fmt::format("{}. {}\n   {}\n", ++n, wrapped(printable(f.sentence), 3, "   "),
                       wrapped(printable(f.advice), 3, "   "));
  for (const std::string& note : report.notes) out += "note: " + wrapped(printable(note), 6, "      ") + "\n";
  return report.free_parameters > 0 ? out + "\n" + plan_table(report.plan) : out;
}

}  // namespace thalweg
