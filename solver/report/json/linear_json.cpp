// A linear system's answer, for programs.
#include <thalweg/report/json.hpp>
#include <thalweg/report/linear_report.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1 {

using json_parts::Json;
using json_parts::number;

std::string to_json(const LinearReport& report, bool solution) {
  const LinearReport::System& a = report.system;
  const LinearSolution& s = report.solution;
  const bool listed = solution || s.x.size() <= most_parameters_in_json;
  std::vector<std::string> notes = a.notes;
  notes.insert(notes.end(), s.notes.begin(), s.notes.end());
  Json json = {
      {"problem",
       {{"name", a.name},
        {"right_hand_side", a.right_hand_side},
        {"rows", a.rows},
        {"columns", a.columns},
        {"nonzeros", a.nonzeros},
        {"symmetric", a.symmetric}}},
      {"solved", s.solved},
      {"method", to_string(s.method)},
      {"form", s.form},
      {"reason", s.reason},
      {"ending", s.ending},
      {"iterations", s.iterations},
      {"backward_error", number(s.backward_error)},
      {"residual_norm", number(s.residual_norm)},
      {"condition_estimate", number(s.condition)},
      {"rank", s.rank >= 0 ? Json(s.rank) : Json(nullptr)},
      {"factor_nonzeros", s.factor_nonzeros},
      {"notes", notes},
      {"seconds",
       {{"read", number(report.seconds_read)},
        {"factor", number(s.seconds.factor)},
        {"solve", number(s.seconds.solve)},
        {"total", number(s.seconds.total)}}},
      {"x", listed ? json_parts::numbers(s.x) : Json(nullptr)},
  };
  return json_parts::dumped(json, 2) + "\n";
}

}  // namespace thalweg::inline v0_1
