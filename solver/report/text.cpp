#include <thalweg/report/text.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "report/minima_text.hpp"
#include "report/profile_text.hpp"
#include "report/table.hpp"

namespace thalweg {
namespace {

using text::Align;
using text::counted;
using text::Digits;
using text::Table;

constexpr double noteworthy_correlation = 0.9;
constexpr std::size_t most_correlations = 10;
constexpr std::string_view indent = "  ";

std::string significant(double v, int digits) { return std::isfinite(v) ? fmt::format("{:.{}g}", v, digits) : ""; }

// ---- how it ended ----

std::string ending(const Result& result) {
  const std::string after = "after " + counted(result.iterations, "iteration");
  switch (result.status) {
    case Status::converged:
      return "converged " + after;
    case Status::iteration_limit:
    case Status::time_limit:
      return "stopped at a limit " + after + ", not converged";
    case Status::interrupted:
      return "interrupted " + after + ", not converged";
    case Status::stalled:
      return "stalled " + after + ", not converged";
    case Status::non_finite_start:
      return "failed at the start";
    case Status::failed:
      break;
  }
  return "failed " + after;
}

bool is_objective(const Report& report) { return report.problem.residuals == 0; }

std::string extent(const Report::ProblemFacts& p) {
  if (p.residuals == 0) return "an objective of ";
  if (p.priors == 0) return counted(p.residuals, "residual") + ", ";
  return counted(p.residuals - p.priors, "row") + " and " + counted(p.priors, "prior") + ", ";
}

/// "global minimum (Σr² = 2e-31, known value 0)"
std::string known_minimum(const Report& report, bool verbose) {
  const Report::KnownMinimum& known = *report.known_minimum;
  const int digits = verbose ? 10 : 6;
  const std::string here = is_objective(report) ? "F = " + significant(report.result.final_cost, digits)
                                                : "Σr² = " + significant(2.0 * report.result.final_cost, digits);
  const std::string there = significant(known.value, digits);
  if (!known.reached) return fmt::format("none of the known minima ({}): the best known is {}\n", here, there);
  return fmt::format("{} minimum ({}, known value {})\n", known.global ? "global" : "known local", here, there);
}

std::string heading(const Report& report, bool verbose) {
  const Report::ProblemFacts& p = report.problem;
  std::string out = printable(p.title.empty() ? p.name : p.title) + "\n";
  const auto fixed = std::count_if(report.statistics.parameters.begin(), report.statistics.parameters.end(),
                                   [](const ParameterStatistics& s) { return s.fixed; });
  out += fmt::format("{}{}{}{}\n\n", p.source.empty() ? "" : printable(p.source) + ": ", extent(p),
                     counted(p.parameters, "parameter"), fixed > 0 ? fmt::format(" ({} fixed)", fixed) : "");
  out += fmt::format("{}: {}\n", ending(report.result), printable(report.result.reason));
  if (report.known_minimum && std::isfinite(report.result.final_cost)) out += known_minimum(report, verbose);
  for (const std::string& note : report.result.notes) out += "note: " + printable(note) + "\n";
  const bool has_point = report.result.status != Status::converged && report.result.status != Status::non_finite_start;
  if (has_point) out += "What follows describes the best point found; it need not be a minimum.\n";
  return out;
}

// ---- parameters ----

std::string remark(const ParameterStatistics& p) {
  if (p.fixed) return "fixed";
  if (p.at_bound) return p.value <= p.lower_bound ? "at its lower bound" : "at its upper bound";
  if (std::isinf(p.standard_error)) return "its error is beyond the range of numbers";
  return p.determined ? "" : "not determined";
}

std::string parameter_table(const Report& report, bool verbose) {
  Table table;
  table.add_column("parameter", Align::left);
  table.add_column("value", Align::right);
  table.add_column("standard error", Align::left);
  table.add_column("relative", Align::right);
  table.add_column(interval_heading(report), Align::left);
  table.add_column("unit", Align::left);
  table.add_column("", Align::left);
  table.add_column("meaning", Align::left);
  const auto& parameters = report.statistics.parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const ParameterStatistics& p = parameters[i];
    const double error = p.at_bound ? p.one_sided_error : p.standard_error;
    const Digits digits(p.value, error, verbose ? 10 : 2, verbose ? 4 : 2);
    const bool has_error = std::isfinite(error);
    const bool has_width = error > 0.0;  // else the fit is exact
    const std::string sign = !p.at_bound ? "± " : p.value <= p.lower_bound ? "+ " : "− ";
    const Report::Label label = i < report.labels.size() ? report.labels[i] : Report::Label{};
    // What was given, not found, is shown as it was given.
    const std::string value = p.fixed || p.at_bound ? significant(p.value, 10) : digits.number(p.value);
    table.add_row({p.name, value, has_error ? sign + digits.error() : "",
                   has_error && has_width && !p.at_bound ? text::percent(error / p.value) : "",
                   error == 0.0 ? "" : interval_text(report, i, digits), label.unit, remark(p),
                   verbose ? label.description : ""});
  }
  return table.print(indent);
}

// ---- the fit as a whole ----

std::string about_noise(const Report& report) {
  const FitStatistics& s = report.statistics;
  if (!s.loss.empty()) {
    const bool any = std::any_of(s.parameters.begin(), s.parameters.end(),
                                 [](const ParameterStatistics& p) { return std::isfinite(p.standard_error); });
    return any ? "the errors above come from the scatter of the weighted residuals"
               : "no errors: too few residuals, or too many where the loss bends down";
  }
  if (s.noise == Noise::known) return "known: the errors above come from the given standard deviations alone";
  if (s.degrees_of_freedom <= 0)
    return "unknown: no more data than parameters, so nothing tells how large the errors are";
  if (s.residual_sum_of_squares == 0.0) return "none: the fit is exact";
  if (report.sigma == Sigma::given)
    return "estimated: only the ratios of the given standard deviations count, and the errors "
           "above\nare scaled by the residual standard deviation";
  return "estimated: the errors above are scaled by the residual standard deviation";
}

/// Digits enough that two remain of what is missing to 1.
std::string r_squared_text(double r2) {
  if (!std::isfinite(r2)) return "";
  const double missing = std::abs(1.0 - r2);
  if (missing < 5e-16) return "1";
  const int place = static_cast<int>(std::floor(std::log10(missing)));
  return fmt::format("{:.{}f}", r2, std::clamp(1 - place, 4, 15));
}

std::string probability(double p) { return p < 1e-300 ? "less than 1e-300" : fmt::format("{:.2g}", p); }

std::string fit_table(const Report& report, bool verbose) {
  const FitStatistics& s = report.statistics;
  const int digits = verbose ? 11 : 6;
  Table table;
  table.add_column("fit", Align::left);
  table.add_column("", Align::left);
  const auto row = [&](const std::string& what, const std::string& value) {
    if (!value.empty()) table.add_row({what, value});
  };
  row("residual sum of squares", significant(s.residual_sum_of_squares, digits));
  row("degrees of freedom", std::to_string(s.degrees_of_freedom));
  row("residual standard deviation", significant(s.residual_standard_deviation, digits));
  if (!s.loss.empty())
    row("loss", fmt::format("{}: {} of {} count less than half", printable(s.loss), s.downweighted_residuals,
                            counted(s.robust_residuals, "residual")));
  if (std::isfinite(s.chi_squared_probability))
    row("chi-squared test",
        "a worse fit would come by chance with probability " + probability(s.chi_squared_probability));
  row("R²", r_squared_text(s.r_squared));
  // Differences count, not sizes: a model is better by 2, not by 2 %.
  const int decimals = verbose ? 6 : 2;
  if (std::isfinite(s.aic)) row("AIC", fmt::format("{:.{}f}", s.aic, decimals));
  if (std::isfinite(s.bic)) row("BIC", fmt::format("{:.{}f}", s.bic, decimals));
  if (!s.convex_losses && 2 * s.downweighted_residuals > s.robust_residuals)
    table.add_row({"", "that is most of them: another minimum may fit more; graduated non-convexity looks for it"});
  std::string noise = about_noise(report);
  const std::size_t line_break = noise.find('\n');
  row("noise", noise.substr(0, line_break));
  if (line_break != std::string::npos) table.add_row({"", noise.substr(line_break + 1)});
  if (report.certified)
    row("certified values",
        fmt::format("agree to {:.1f} digits (the worst: {})",
                    // Rounded down: no digit that is not there.
                    std::floor(report.certified->digits * 10.0) / 10.0, report.certified->worst_parameter));
  return table.print(indent);
}

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
  const auto name = [&](std::size_t i) { return s.parameters[static_cast<std::size_t>(s.free[i])].name; };
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

std::string sentence(const FitStatistics& s, const UndeterminedCombination& combination) {
  auto terms = combination.terms;
  const auto place = [&](const std::string& name) {
    return std::find_if(s.parameters.begin(), s.parameters.end(),
                        [&](const ParameterStatistics& p) { return p.name == name; });
  };
  std::sort(terms.begin(), terms.end(),
            [&](const auto& a, const auto& b) { return place(a.parameter) < place(b.parameter); });
  if (terms.size() == 1)
    return fmt::format(
        "The data say nothing about {}: to first order, changing it changes no "
        "residual.\n",
        printable(terms[0].parameter));
  std::string names, ratio;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool last = i + 1 == terms.size();
    names += (i == 0 ? "" : last ? " and " : ", ") + printable(terms[i].parameter);
    ratio += (i == 0 ? "" : " : ") + fmt::format("{:.4g}", terms[i].coefficient);
  }
  return fmt::format(
      "The data cannot determine {} separately: to first order, changing them\ntogether in the "
      "ratio {} changes no residual.\n",
      names, ratio);
}

std::string undetermined(const FitStatistics& s) {
  std::string out;
  for (const UndeterminedCombination& combination : s.undetermined) out += "\n" + sentence(s, combination);
  return out;
}

// ---- verbose ----

std::string_view remark_of(IterationRecord::Outcome outcome) {
  using Outcome = IterationRecord::Outcome;
  switch (outcome) {
    case Outcome::accepted:
      return "";
    case Outcome::no_decrease:
      return "rejected: no decrease";
    case Outcome::not_finite:
      return "rejected: not finite";
    case Outcome::too_curved:
      return "rejected: acceleration too long";
    case Outcome::singular:
      break;
  }
  return "rejected: singular";
}

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

std::string evaluations(const Report& report) {
  const Result::Evaluations& e = report.result.evaluations;
  const bool f = is_objective(report);
  std::string out = fmt::format("{} of {} alone, {} with the {}, {} of the {}", e.cost, f ? "F" : "the residuals",
                                e.jacobian, f ? "gradient" : "Jacobian", e.hessian, f ? "Hessian" : "curvature");
  if (e.hessian_products > 0) out += ", " + counted(e.hessian_products, "product") + " with the Hessian";
  return out;
}

std::string machinery(const Report& report) {
  const Result& r = report.result;
  const Result::Seconds& s = r.seconds;
  Table table;
  table.add_column("solve", Align::left);
  table.add_column("", Align::left);
  table.add_row({"method", std::string(to_string(report.method))});
  if (!r.linear_solver.empty()) table.add_row({"linear solver", r.linear_solver + " (" + r.linear_solver_reason + ")"});
  table.add_row({"threads", std::to_string(r.threads)});
  table.add_row({is_objective(report)             ? "objective F"
                 : report.statistics.loss.empty() ? "cost ½‖r‖²"
                                                  : "cost ½ Σ ρ",
                 fmt::format("{:.9e} at the start, {:.9e} at the end", r.initial_cost, r.final_cost)});
  table.add_row({"evaluations", evaluations(report)});
  if (report.method == AnyMethod(Method::bfgs) || report.method == AnyMethod(Method::lbfgs))
    table.add_row({"updates", fmt::format("{} skipped, {} damped, for lack of positive curvature", r.skipped_updates,
                                          r.damped_updates)});
  const auto ms = [](double seconds) { return fmt::format("{:.3g}", 1e3 * seconds); };
  table.add_row({"milliseconds",
                 fmt::format("{} in all: read {}, set up {}, evaluate {}, linear "
                             "solves {}, statistics {}",
                             ms(report.total_seconds()), ms(report.seconds.read), ms(report.seconds.build + s.setup),
                             ms(s.evaluate), ms(s.linear_solve), ms(report.seconds.statistics))});
  return table.print(indent);
}

}  // namespace

std::string printable(std::string_view s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto byte = static_cast<unsigned char>(s[i]);
    const auto next = static_cast<unsigned char>(i + 1 < s.size() ? s[i + 1] : 0);
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // U+0080 to U+009F in UTF-8
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      out += s[i];
    }
  }
  return out;
}

std::string to_text(const Report& report, bool verbose) {
  std::string out = heading(report, verbose);
  if (verbose) {
    if (!report.result.trace.empty()) out += "\n" + iteration_table(report.result);
    out += "\n" + machinery(report);
  }
  if (report.multistart) out += minima_text(report, verbose);
  out += "\n" + parameter_table(report, verbose);
  if (!report.statistics.available()) return out;
  out += "\n" + fit_table(report, verbose);
  out += correlations(report.statistics);
  out += undetermined(report.statistics);
  out += profile_text(report);
  return out;
}

}  // namespace thalweg
