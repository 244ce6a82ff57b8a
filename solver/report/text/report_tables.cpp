#include "report/text/report_tables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/text/profile_text.hpp"
#include "report/text/sentences.hpp"
#include "report/text/written_values.hpp"

namespace thalweg::inline v0_1::text {
namespace {

std::string evaluations(const Report& report) {
  const Result::Evaluations& e = report.result.evaluations;
  const bool f = is_objective(report);
  std::string out = fmt::format("{} of {} alone, {} with the {}, {} of the {}", e.cost, f ? "F" : "the residuals",
                                e.jacobian, f ? "gradient" : "Jacobian", e.hessian, f ? "Hessian" : "curvature");
  if (e.batch_gradients > 0) out += ", " + counted(e.batch_gradients, "gradient") + " of minibatches";
  if (e.hessian_products > 0) out += ", " + counted(e.hessian_products, "product") + " with the Hessian";
  return out;
}

double error_of(const ParameterStatistics& p) { return p.at_bound ? p.one_sided_error : p.standard_error; }

Digits digits_of(double value, double error, Detail detail) {
  return detail.many_digits ? Digits(value, error, 10, 4) : Digits(value, error, 2, 2);
}

/// How to write each value so that all of them reproduce the fit.
std::vector<Digits> written_values(const Report& report, Detail detail) {
  const auto& parameters = report.statistics.parameters;
  std::vector<Digits> digits;
  std::vector<double> values;
  std::vector<int> places;
  for (const ParameterStatistics& p : parameters) {
    digits.push_back(digits_of(p.value, error_of(p), detail));
    values.push_back(p.value);
    places.push_back(digits.back().place());
  }
  const auto write = [&](std::size_t k, int place) {
    if (parameters[k].fixed || parameters[k].at_bound) return as_given(values[k]);
    digits[k].set_place(place);
    return digits[k].number(values[k]);
  };
  places = reproducing_places(values, std::move(places), write, report.statistics.rounding);
  for (std::size_t k = 0; k < places.size(); ++k) digits[k].set_place(places[k]);
  return digits;
}

}  // namespace

std::vector<std::string> derived_cells(const DerivedStatistics& d, Detail detail) {
  const Digits digits = digits_of(d.value, d.standard_error, detail);
  const bool has_error = d.standard_error > 0.0 && std::isfinite(d.standard_error);
  return {d.name, std::isfinite(d.standard_error) && !has_error ? as_given(d.value) : digits.number(d.value),
          has_error ? "± " + digits.error() : "", has_error ? percent(d.standard_error / d.value) : "",
          has_error || d.profile || d.posterior ? interval_text(d.lower(), d.upper(), digits) : ""};
}

Table quantity_table(std::string_view heading, const Report& report) {
  Table table;
  table.add_column(std::string(heading), Align::left);
  table.add_column("value", Align::right);
  table.add_column("standard error", Align::left);
  table.add_column("relative", Align::right);
  table.add_column(interval_heading(report), Align::left);
  table.add_column("unit", Align::left);
  table.add_column("", Align::left);
  table.add_column("meaning", Align::left);
  return table;
}

Table parameter_table(const Report& report, Detail detail) {
  Table table = quantity_table("parameter", report);
  const auto& parameters = report.statistics.parameters;
  const std::vector<Digits> written = written_values(report, detail);
  for (std::size_t i = 0; i < std::min(parameters.size(), report.listed_parameters); ++i) {
    const ParameterStatistics& p = parameters[i];
    const double error = error_of(p);
    const Digits& digits = written[i];
    const bool has_error = std::isfinite(error);
    const bool has_width = error > 0.0;  // else the fit is exact
    const std::string sign = !p.at_bound ? "± " : p.value <= p.lower_bound ? "+ " : "− ";
    const Report::Label label = i < report.labels.size() ? report.labels[i] : Report::Label{};
    // What was given, not found, is shown as it was given.
    const std::string value = p.fixed || p.at_bound ? as_given(p.value) : digits.number(p.value);
    table.add_row({p.name, value, has_error ? sign + digits.error() : "",
                   has_error && has_width && !p.at_bound ? percent(error / p.value) : "",
                   error == 0.0 ? "" : interval_text(report, i, digits), label.unit, remark(p),
                   detail.meanings ? label.description : ""});
  }
  for (const Report::Tied& tied : report.tied) {
    std::vector<std::string> cells = derived_cells(tied.statistics, detail);
    cells.insert(cells.end(), {tied.label.unit, "= " + tied.expression, detail.meanings ? tied.label.description : ""});
    table.add_row(std::move(cells));
  }
  return table;
}

Table fit_table(const Report& report, Detail detail) {
  const FitStatistics& s = report.statistics;
  const int digits = detail.many_digits ? 11 : 6;
  Table table;
  table.add_column("fit", Align::left);
  table.add_column("", Align::left);
  const auto row = [&](const std::string& what, const std::string& value) {
    if (!value.empty()) table.add_row({what, value});
  };
  row(s.likelihood ? "Pearson's χ²" : "residual sum of squares", significant(s.residual_sum_of_squares, digits));
  if (s.likelihood) row("deviance", significant(2.0 * report.result.final_cost, digits));
  row("degrees of freedom", std::to_string(s.degrees_of_freedom));
  if (!s.likelihood) row("residual standard deviation", significant(s.residual_standard_deviation, digits));
  if (!s.likelihood && s.loss.empty() && s.degrees_of_freedom > 0)
    row("reduced χ²", significant(s.residual_sum_of_squares / s.degrees_of_freedom, digits));
  if (!s.loss.empty())
    row("loss", fmt::format("{}: {} of {} count less than half", printable(s.loss), s.downweighted_residuals,
                            counted(s.robust_residuals, "residual")));
  if (std::isfinite(s.chi_squared_probability))
    row("chi-squared test",
        "a worse fit would come by chance with probability " + probability(s.chi_squared_probability));
  row("R²", r_squared_text(s.r_squared));
  // Differences count, not sizes: a model is better by 2, not by 2 %.
  const int decimals = detail.many_digits ? 6 : 2;
  if (std::isfinite(s.aic)) row("AIC", fmt::format("{:.{}f}", s.aic, decimals));
  if (std::isfinite(s.aicc)) row("AICc", fmt::format("{:.{}f}", s.aicc, decimals));
  if (std::isfinite(s.bic)) row("BIC", fmt::format("{:.{}f}", s.bic, decimals));
  if (report.runs_test)
    row("runs of residuals", fmt::format("{} where {:.3g} are expected (p = {})", report.runs_test->runs,
                                         report.runs_test->expected, probability(report.runs_test->probability)));
  if (report.shapiro_wilk)
    row("normal residuals (Shapiro-Wilk)",
        fmt::format("W = {:.4f} (p = {})", report.shapiro_wilk->w, probability(report.shapiro_wilk->probability)));
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
  return table;
}

Table machinery_table(const Report& report) {
  const Result& r = report.result;
  const Result::Seconds& s = r.seconds;
  Table table;
  table.add_column("solve", Align::left);
  table.add_column("", Align::left);
  table.add_row({"method", std::string(to_string(report.method))});
  if (std::isfinite(report.rate))
    table.add_row({"learning rate", fmt::format("{:.4g}{}{}", report.rate, report.schedule.empty() ? "" : ", schedule ",
                                                report.schedule)});
  if (r.epochs > 0) table.add_row({"epochs", std::to_string(r.epochs)});
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
  return table;
}

}  // namespace thalweg::inline v0_1::text
