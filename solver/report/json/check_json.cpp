// A check's report for programs.
#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/json.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1 {

using json_parts::Json;
using json_parts::number;

std::string to_json(const CheckReport& report) {
  const ProblemFacts& p = report.problem;
  Json findings = Json::array();
  for (const Finding& f : report.findings)
    findings.push_back(
        {{"kind", to_string(f.kind)}, {"sentence", f.sentence}, {"advice", f.advice}, {"parameters", f.parameters}});
  const Json json = {
      {"problem",
       {{"name", p.name},
        {"kind", p.kind},
        {"parameter_blocks", p.parameter_blocks},
        {"parameters", p.parameters},
        {"free_parameters", report.free_parameters},
        {"residual_blocks", p.residual_blocks},
        {"residuals", p.residuals},
        {"residual_groups", report.residual_groups},
        {"title", p.title},
        {"source", p.source}}},
      {"clean", report.clean()},
      {"findings", std::move(findings)},
      {"notes", report.notes},
      {"start", {{"cost", number(report.cost)}, {"condition_number", number(report.condition_number)}}},
      {"plan",
       {{"method", to_string(report.plan.method)},
        {"linear_solver", {{"used", report.plan.linear_solver}, {"reason", report.plan.reason}}},
        {"bytes", number(report.plan.bytes)}}},
  };
  return json_parts::dumped(json, 2) + "\n";
}

}  // namespace thalweg::inline v0_1
