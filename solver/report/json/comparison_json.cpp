#include <thalweg/report/comparison.hpp>

#include "report/comparison_summary.hpp"
#include "report/json/downsample.hpp"
#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1 {
namespace {

using json_parts::Json;
using json_parts::number;
using json_parts::numbers;

/// Up to the target come first; what the run spent to its end is "evaluations_spent", "seconds_spent".
Json run_of(const ComparedRun& run) {
  const Result& r = run.result;
  return {{"start", run.start},
          {"reached", run.reached},
          {"rate", number(run.rate)},
          {"seconds", number(run.seconds)},
          {"evaluations", number(run.evaluations)},
          {"iterations", number(run.iterations)},
          {"digits", number(run.digits)},
          {"status", to_string(r.status)},
          {"reason", r.reason},
          {"initial_cost", number(r.initial_cost)},
          {"final_cost", number(r.final_cost)},
          {"lowest_cost", number(run.lowest_cost)},
          {"lowest_iteration", number(run.lowest_iteration)},
          {"diverged", run.diverged},
          {"seconds_spent", number(r.seconds.total)},
          {"iterations_spent", r.iterations},
          {"epochs_spent", r.epochs},
          {"evaluations_spent", json_parts::evaluations_of(r.evaluations)},
          {"x", numbers(r.x)},
          {"notes", r.notes},
          {"trace", json_parts::trace_of(r, most_points, true)}};
}

/// Of the rates that may be tried, which end the chosen one is at.
Json edge_of(RateEdge edge) {
  if (edge == RateEdge::none) return nullptr;
  return edge == RateEdge::smallest ? "smallest" : "largest";
}

Json tuning_of(const ComparedMethod& method) {
  Json trials = Json::array();
  for (const RateTrial& trial : method.tuning)
    trials.push_back({{"rate", number(trial.rate)},
                      {"reached", trial.reached},
                      {"cost", number(trial.cost)},
                      {"evaluations", number(trial.evaluations)},
                      {"diverged", trial.diverged}});
  return {{"trials", std::move(trials)},
          {"edge", edge_of(method.rate_edge)},
          {"seconds", number(method.tuning_seconds)},
          {"evaluations", number(method.tuning_evaluations)}};
}

Json method_of(const ComparedMethod& method) {
  Json runs = Json::array();
  for (const ComparedRun& run : method.runs) runs.push_back(run_of(run));
  return {{"name", method.name},
          {"refused", method.refused.empty() ? Json(nullptr) : Json(method.refused)},
          {"tuning", method.tuning.empty() ? Json(nullptr) : tuning_of(method)},
          {"runs", std::move(runs)}};
}

Json landscape_of(const Landscape& l) {
  Json minima = Json::array();
  for (const std::vector<double>& x : l.minima) minima.push_back(numbers(x));
  return {{"names", l.names}, {"lower", l.lower},        {"upper", l.upper},           {"columns", l.columns},
          {"rows", l.rows},   {"cost", numbers(l.cost)}, {"minima", std::move(minima)}};
}

Json problem_of(const ComparedProblem& problem) {
  Json methods = Json::array();
  for (const ComparedMethod& method : problem.methods) methods.push_back(method_of(method));
  return {{"name", problem.name},
          {"title", problem.title},
          {"source", problem.source},
          {"parameters", problem.parameters},
          {"residuals", problem.residuals},
          {"best_known", number(problem.best_known)},
          {"best_known_from", problem.best_known_from},
          {"initial_costs", numbers(problem.initial_costs)},
          {"landscape", problem.landscape ? landscape_of(*problem.landscape) : Json(nullptr)},
          {"methods", std::move(methods)}};
}

Json summary_of(const MethodSummary& s) {
  return {{"name", s.name},
          {"problems", s.problems},
          {"problems_refused", s.problems_refused},
          {"problems_solved", s.problems_solved},
          {"runs", s.runs},
          {"reached", s.reached},
          {"diverged", s.diverged},
          {"median_evaluations", number(s.evaluations)},
          {"median_iterations", number(s.iterations)},
          {"median_seconds", number(s.seconds)},
          {"total_seconds", number(s.total_seconds)}};
}

}  // namespace

std::string to_json(const Comparison& comparison) {
  const StoppingRule& rule = comparison.rule;
  Json summaries = Json::array(), problems = Json::array();
  for (const MethodSummary& s : summary(comparison)) summaries.push_back(summary_of(s));
  for (const ComparedProblem& problem : comparison.problems) problems.push_back(problem_of(problem));
  const Json json = {{"rule",
                      {{"distance", number(rule.distance)},
                       {"evaluations", number(rule.evaluations)},
                       {"seconds", number(rule.seconds)}}},
                     {"methods", comparison.methods},
                     {"tuned", comparison.tuned},
                     {"interrupted", comparison.interrupted},
                     {"threads", comparison.threads},
                     {"seconds", number(comparison.seconds)},
                     {"summary", std::move(summaries)},
                     {"problems", std::move(problems)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace thalweg::inline v0_1
