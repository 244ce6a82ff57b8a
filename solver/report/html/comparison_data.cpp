#include "report/html/comparison_data.hpp"

#include <algorithm>
#include <string>

#include <thalweg/report/text.hpp>

#include "report/html/trace_data.hpp"
#include "report/json/downsample.hpp"
#include "report/performance_profile.hpp"

namespace thalweg::inline v0_1::html {
namespace {

using json_parts::Json;
using json_parts::number;
using json_parts::numbers;

constexpr std::size_t most_points_in_page = 10000;  // of all runs together: less than 1 MB
constexpr std::size_t least_points = 100;           // of a run

Json run_of(const ComparedRun& run, std::size_t most, bool points) {
  return {{"start", run.start},
          {"reached", run.reached},
          {"seconds", number(run.seconds)},
          {"evaluations", number(run.evaluations)},
          {"iterations", number(run.iterations)},
          {"final_cost", number(run.result.final_cost)},
          {"lowest_cost", number(run.lowest_cost)},
          {"diverged", run.diverged},
          {"trace", columns_of(run.result, most, points)}};
}

Json landscape_of(const Landscape& l) {
  Json minima = Json::array();
  for (const std::vector<double>& x : l.minima) minima.push_back(numbers(x));
  return {{"names", {printable(l.names[0]), printable(l.names[1])}},
          {"lower", l.lower},
          {"upper", l.upper},
          {"columns", l.columns},
          {"rows", l.rows},
          {"cost", json_parts::rounded_numbers(l.cost, 9)},
          {"minima", std::move(minima)}};
}

Json problem_of(const ComparedProblem& problem) {
  std::size_t runs = 0;
  for (const ComparedMethod& method : problem.methods) runs += method.runs.size();
  const std::size_t most = std::clamp(most_points_in_page / std::max<std::size_t>(1, runs), least_points, most_points);
  Json methods = Json::array();
  for (const ComparedMethod& method : problem.methods) {
    Json list = Json::array();
    for (const ComparedRun& run : method.runs) list.push_back(run_of(run, most, problem.landscape.has_value()));
    methods.push_back({{"name", printable(method.name)}, {"runs", std::move(list)}});
  }
  return {{"best", number(problem.best_known)},
          {"starts", problem.initial_costs.size()},
          {"methods", std::move(methods)},
          {"landscape", problem.landscape ? landscape_of(*problem.landscape) : Json(nullptr)}};
}

Json profile_of(const Comparison& comparison, Effort effort) {
  const PerformanceProfile profile = performance_profile(comparison, effort);
  Json list = Json::array();
  for (const std::vector<double>& ratios : profile.ratios) list.push_back(numbers(ratios));
  return {{"cases", profile.cases}, {"ratios", std::move(list)}};
}

}  // namespace

Json data_of(const Comparison& comparison) {
  Json methods = Json::array();
  for (const std::string& method : comparison.methods) methods.push_back(printable(method));
  Json data = {{"methods", std::move(methods)}};
  if (comparison.problems.size() == 1)
    data["problem"] = problem_of(comparison.problems[0]);
  else
    data["performance"] = {{"evaluations", profile_of(comparison, Effort::evaluations)},
                           {"seconds", profile_of(comparison, Effort::seconds)}};
  return data;
}

}  // namespace thalweg::inline v0_1::html
