#include <thalweg/report/json.hpp>

#include <cmath>

#include <fmt/format.h>
#include "report/json/json_parts.hpp"
#include "report/json/rows_json.hpp"
#include "report/text/minima_text.hpp"
#include "report/text/profile_text.hpp"

namespace thalweg::inline v0_1 {
namespace {

using json_parts::evaluations_of;
using json_parts::Json;
using json_parts::number;
using json_parts::trace_of;

Json problem_of(const Report& report) {
  const ProblemFacts& p = report.problem;
  return {{"name", p.name},
          {"kind", p.kind},
          {"parameter_blocks", p.parameter_blocks},
          {"parameters", p.parameters},
          {"residual_blocks", p.residual_blocks},
          {"residuals", p.residuals},
          {"samples", p.samples > 0 ? Json(p.samples) : Json(nullptr)},
          {"priors", p.priors},
          {"rows_left_out", {{"missing", p.missing_rows}, {"where", p.excluded_rows}}},
          {"title", p.title},
          {"source", p.source}};
}

/// Of bfgs and lbfgs: pairs without positive curvature.
Json updates_of(const Result& r) { return {{"skipped", r.skipped_updates}, {"damped", r.damped_updates}}; }

Json known_minimum_of(const Report::KnownMinimum& known) {
  return {{"value", known.value},
          {"global", known.global},
          {"reached", !known.reached ? "none"
                      : known.global ? "global"
                                     : "local"}};
}

Json seconds_of(const Report& report) {
  const Result::Seconds& s = report.result.seconds;
  const double total = report.total_seconds(), setup = report.seconds.build + s.setup;
  const double other = total - report.seconds.read - setup - s.evaluate - s.linear_solve;
  return {{"total", total},         {"read", report.seconds.read},    {"setup", setup},
          {"evaluate", s.evaluate}, {"linear_solve", s.linear_solve}, {"other", std::max(0.0, other)}};
}

Json parameters_of(const Report& report, bool all) {
  const auto& parameters = report.statistics.parameters;
  const bool on_request =
      report.parameter_list == ParameterList::on_request || parameters.size() > most_parameters_in_json;
  if (!all && on_request) return nullptr;
  Json list = Json::array();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const ParameterStatistics& p = parameters[i];
    const bool judged = report.statistics.available() && !p.fixed && !p.at_bound && !p.at_kink;
    const auto [interval_begin, interval_end] = interval_of(report, i);
    const bool profiled = report.profile && report.profile->available();
    Json entry = {{"name", p.name},
                  {"value", number(p.value)},
                  {"standard_error", number(p.standard_error)},
                  {"one_sided_error", number(p.one_sided_error)},
                  {"interval", Json::array({number(interval_begin), number(interval_end)})},
                  {"interval_kind", profiled ? "profile" : "linear"},
                  {"lower", number(p.lower_bound)},
                  {"upper", number(p.upper_bound)},
                  {"at_bound", p.at_bound},
                  {"at_kink", p.at_kink},
                  {"fixed", p.fixed},
                  {"determined", judged ? Json(p.determined) : Json(nullptr)}};
    if (profiled) {
      const ProfileInterval& interval = report.profile->intervals[i];
      entry["interval_ends"] = {to_string(interval.lower.kind), to_string(interval.upper.kind)};
      entry["linear_interval"] = {number(p.lower_interval), number(p.upper_interval)};
    }
    if (i < report.labels.size() && !report.labels[i].unit.empty()) entry["unit"] = report.labels[i].unit;
    list.push_back(std::move(entry));
  }
  for (const Report::Tied& tied : report.tied) {
    const DerivedStatistics& d = tied.statistics;
    Json entry = {{"name", d.name},
                  {"value", number(d.value)},
                  {"standard_error", number(d.standard_error)},
                  {"interval", Json::array({number(d.lower()), number(d.upper())})},
                  {"interval_kind", d.profile ? "profile" : "linear"},
                  {"expr", tied.expression},
                  {"fixed", false}};
    if (!tied.label.unit.empty()) entry["unit"] = tied.label.unit;
    list.push_back(std::move(entry));
  }
  return list;
}

Json tests_of(const Report& report) {
  Json tests = {{"runs_test", nullptr}, {"shapiro_wilk", nullptr}};
  if (const auto& runs = report.runs_test)
    tests["runs_test"] = {{"runs", runs->runs}, {"expected", runs->expected}, {"p", runs->probability}};
  if (const auto& normal = report.shapiro_wilk) tests["shapiro_wilk"] = {{"w", normal->w}, {"p", normal->probability}};
  return tests;
}

Json statistics_of(const Report& report) {
  const FitStatistics& s = report.statistics;
  if (!s.available()) return nullptr;
  const bool squares = s.loss.empty() && !s.likelihood && s.degrees_of_freedom > 0;
  const double reduced = squares ? s.residual_sum_of_squares / s.degrees_of_freedom : unset;
  const bool known = s.noise == Noise::known;
  Json json = {{"degrees_of_freedom", s.degrees_of_freedom},
               {"residual_standard_deviation", number(s.residual_standard_deviation)},
               {"r_squared", number(s.r_squared)},
               {"aic", number(s.aic)},
               {"aicc", number(s.aicc)},
               {"bic", number(s.bic)},
               {"noise", known ? "known" : "estimated"},
               {"exact", s.exact},
               {"second_order", s.second_order},
               {"residual_sum_of_squares", number(s.residual_sum_of_squares)},
               {"reduced_chi_squared", number(reduced)},
               {"chi_squared_probability", number(s.chi_squared_probability)}};
  json.update(tests_of(report));
  return json;
}

/// The whole matrix, with the names of its rows; null above the limit of the parameter list.
Json matrix_of(const FitStatistics& s, const std::vector<double>& values, bool all) {
  const std::size_t n = s.free.size();
  if (!s.available() || values.size() != n * n || (!all && n > most_parameters_in_json)) return nullptr;
  Json names = Json::array(), matrix = Json::array();
  for (std::size_t i = 0; i < n; ++i) {
    names.push_back(s.free_name(i));
    Json row = Json::array();
    for (std::size_t j = 0; j < n; ++j) row.push_back(number(values[i * n + j]));
    matrix.push_back(std::move(row));
  }
  return {{"parameters", std::move(names)}, {"matrix", std::move(matrix)}};
}

Json undetermined_of(const FitStatistics& s) {
  if (!s.available()) return nullptr;
  Json list = Json::array();
  for (const UndeterminedCombination& combination : s.undetermined) {
    Json terms = Json::array();
    for (const auto& term : combination.terms)
      terms.push_back({{"parameter", term.parameter}, {"coefficient", number(term.coefficient)}});
    list.push_back(std::move(terms));
  }
  return list;
}

/// Parameters are left out like those of the report.
Json multistart_of(const Report& report, bool all) {
  const Minima& minima = *report.multistart;
  Json list = Json::array();
  for (std::size_t i = 0; i < minima.list.size(); ++i) {
    const Minimum& m = minima.list[i];
    const std::string how = alias_in_words(report, i);
    Json x = Json::array();
    for (const double v : m.x) x.push_back(number(v));
    const bool listed = all || m.x.size() <= most_parameters_in_json;
    list.push_back({{"cost", number(m.cost)},
                    {"found", m.found},
                    {"start", m.start},
                    {"alias_of", m.alias_of > 0 ? Json(m.alias_of) : Json(nullptr)},
                    {"relation", how.empty() ? Json(nullptr) : Json(how)},
                    {"parameters", listed ? std::move(x) : Json(nullptr)}});
  }
  return {{"starts", minima.starts},   {"converged", minima.converged}, {"stalled", minima.stalled},
          {"stopped", minima.stopped}, {"failed", minima.failed},       {"not_run", minima.not_run},
          {"minima", std::move(list)}};
}

Json global_of(const GlobalFacts& global) {
  return {{"method", to_string(global.method)}, {"seed", global.seed},
          {"evaluations", global.evaluations},  {"best_before_polish", number(global.best_before_polish)},
          {"generations", global.generations},  {"runs", global.runs},
          {"agreeing", global.agreeing},        {"population", global.population}};
}

Json profile_of(const Profile& profile) {
  Json lower = nullptr;
  if (profile.lower_point) {
    Json x = Json::array();
    for (const double v : profile.lower_point->x) x.push_back(number(v));
    lower = {{"cost", number(profile.lower_point->cost)},
             {"parameter", profile.lower_point->parameter},
             {"parameters", std::move(x)}};
  }
  return {{"level", profile.level},
          {"threshold", number(profile.threshold)},
          {"status", to_string(profile.status)},
          {"reason", profile.reason},
          {"solves", profile.solves},
          {"lower_point", std::move(lower)}};
}

}  // namespace

std::string to_json(const Report& report, bool all_parameters) {
  const Result& r = report.result;
  Json json = {
      {"problem", problem_of(report)},
      {"method", to_string(report.method)},
      {"learning_rate", number(report.rate)},
      {"schedule", report.schedule.empty() ? Json(nullptr) : Json(report.schedule)},
      {"linear_solver",
       {{"requested", to_string(report.linear_solver_requested)},
        {"used", r.linear_solver},
        {"reason", r.linear_solver_reason}}},
      {"threads", r.threads},
      {"status", to_string(r.status)},
      {"reason", r.reason},
      {"initial_cost", number(r.initial_cost)},
      {"final_cost", number(r.final_cost)},
      {"iterations", r.iterations},
      {"accepted_steps", r.accepted_steps},
      {"epochs", r.epochs},
      {"evaluations", evaluations_of(r.evaluations)},
      {"updates", updates_of(r)},
      {"seconds", seconds_of(report)},
      {"level", report.statistics.level},
      {"parameters", parameters_of(report, all_parameters)},
      {"statistics", statistics_of(report)},
  };
  if (report.certified)
    json["certified"] = {{"digits", number(report.certified->digits)},
                         {"worst_parameter", report.certified->worst_parameter}};
  for (const Section& section : report.sections)
    if (!section.json.empty()) json[section.key] = Json::parse(section.json);
  if (report.known_minimum) json["known_minimum"] = known_minimum_of(*report.known_minimum);
  json["loss"] = nullptr;
  if (const FitStatistics& s = report.statistics; !s.loss.empty())
    json["loss"] = {{"name", s.loss}, {"residuals", s.robust_residuals}, {"downweighted", s.downweighted_residuals}};
  json["correlations"] = matrix_of(report.statistics, report.statistics.correlation, all_parameters);
  json["covariance"] = matrix_of(report.statistics, report.statistics.covariance, all_parameters);
  json["undetermined"] = undetermined_of(report.statistics);
  if (report.multistart) json["multistart"] = multistart_of(report, all_parameters);
  if (report.global) json["global"] = global_of(*report.global);
  if (report.profile) json["profile"] = profile_of(*report.profile);
  if (report.rows_in_json) json["rows"] = json_parts::rows_of(report.rows);
  if (!report.predictions.empty()) json["predictions"] = json_parts::rows_of(report.predictions);
  json["notes"] = r.notes;
  json["trace"] = trace_of(r);
  // Text that is no UTF-8 (the name of a file may be anything) must not end in an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string trace_to_csv(const Result& result) {
  std::string csv =
      "iteration,phase,cost,trial_cost,gradient_norm,step_norm,gain_ratio,damping,accepted,"
      "seconds,outcome,loss_scale\n";
  const auto cell = [](double v) { return std::isfinite(v) ? fmt::format("{}", v) : ""; };
  for (const IterationRecord& r : result.trace)
    csv +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", r.iteration, json_parts::to_string(r.phase), cell(r.cost),
                    cell(r.trial_cost), cell(r.gradient_norm), cell(r.step_norm), cell(r.gain_ratio), cell(r.damping),
                    r.accepted ? 1 : 0, cell(r.seconds), json_parts::to_string(r.outcome), cell(r.loss_scale));
  return csv;
}

}  // namespace thalweg::inline v0_1
