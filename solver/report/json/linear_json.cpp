// A linear system's answer, for programs.
#include <thalweg/report/json.hpp>
#include <thalweg/report/linear_report.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1 {

using json_parts::Json;
using json_parts::number;

namespace {

Json system_of(const LinearSystemFacts& a) {
  return {{"name", a.name},         {"right_hand_side", a.right_hand_side},
          {"rows", a.rows},         {"columns", a.columns},
          {"nonzeros", a.nonzeros}, {"symmetric", a.symmetric}};
}

Json solution_of(const LinearSolution& s) {
  return {{"solved", s.solved},
          {"method", to_string(s.method)},
          {"form", s.form},
          {"reason", s.reason},
          {"ending", s.ending},
          {"iterations", s.iterations},
          {"backward_error", number(s.backward_error)},
          {"residual_norm", number(s.residual_norm)},
          {"condition_estimate", number(s.condition)},
          {"rank", s.rank >= 0 ? Json(s.rank) : Json(nullptr)},
          {"factor_nonzeros", s.factor_nonzeros}};
}

}  // namespace

std::string to_json(const LinearReport& report, bool solution) {
  const LinearSystemFacts& a = report.system;
  const LinearSolution& s = report.solution;
  const bool listed = solution || s.x.size() <= most_parameters_in_json;
  std::vector<std::string> notes = a.notes;
  notes.insert(notes.end(), s.notes.begin(), s.notes.end());
  Json json = {{"problem", system_of(a)}};
  json.update(solution_of(s));
  json["notes"] = notes;
  json["seconds"] = {{"read", number(report.seconds_read)},
                     {"factor", number(s.seconds.factor)},
                     {"solve", number(s.seconds.solve)},
                     {"total", number(s.seconds.total)}};
  json["x"] = listed ? json_parts::numbers(s.x) : Json(nullptr);
  return json_parts::dumped(json, 2) + "\n";
}

std::string to_json(const LinearComparisonReport& report) {
  const LinearComparison& c = report.comparison;
  Json runs = Json::array();
  for (const LinearRun& run : c.runs) {
    if (!run.refused.empty()) {
      runs.push_back({{"method", to_string(run.method)}, {"refused", run.refused}});
      continue;
    }
    Json one = solution_of(run.solution);
    const std::int64_t promised = c.promised(run.method, report.tolerance);
    one["promised_iterations"] = promised > 0 ? Json(promised) : Json(nullptr);
    one["seconds"] = number(run.solution.seconds.total);
    runs.push_back(std::move(one));
  }
  const bool known = c.spectrum.kind != Spectrum::Kind::none;
  Json json = {{"problem", system_of(report.system)},
               {"tolerance", report.tolerance},
               {"condition_number", known ? number(c.spectrum.condition()) : Json(nullptr)},
               {"definite", known && c.symmetric ? Json(c.definite) : Json(nullptr)},
               {"factor_nonzeros", c.sparsity ? Json(c.sparsity->factor.entries) : Json(nullptr)},
               {"factor_nonzeros_without_ordering", c.sparsity ? Json(c.sparsity->natural_entries) : Json(nullptr)},
               {"runs", std::move(runs)}};
  return json_parts::dumped(json, 2) + "\n";
}

}  // namespace thalweg::inline v0_1
