// A check's report for people.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <base/names.hpp>
#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/text.hpp>
#include "report/text/table.hpp"

namespace thalweg::inline v0_1 {
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

namespace {

constexpr Name<Finding::Kind> kinds[] = {
    {"nothing_free", Finding::Kind::nothing_free},
    {"too_few_residuals", Finding::Kind::too_few_residuals},
    {"start_out_of_bounds", Finding::Kind::start_out_of_bounds},
    {"start_not_finite", Finding::Kind::start_not_finite},
    {"not_finite_nearby", Finding::Kind::not_finite_nearby},
    {"underflow", Finding::Kind::underflow},
    {"unused", Finding::Kind::unused},
    {"no_influence", Finding::Kind::no_influence},
    {"constant_group", Finding::Kind::constant_group},
    {"dependent", Finding::Kind::dependent},
    {"dependent_at_start", Finding::Kind::dependent_at_start},
    {"ill_conditioned", Finding::Kind::ill_conditioned},
    {"negligible_influence", Finding::Kind::negligible_influence},
    {"stationary_start", Finding::Kind::stationary_start},
    {"wrong_derivative", Finding::Kind::wrong_derivative},
    {"underdetermined", Finding::Kind::underdetermined},
    {"loss_scale", Finding::Kind::loss_scale},
};

}  // namespace

std::string_view to_string(Finding::Kind kind) { return name_of(kinds, kind); }

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

}  // namespace thalweg::inline v0_1
