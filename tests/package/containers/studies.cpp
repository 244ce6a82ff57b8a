#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/advice.hpp>
#include <thalweg/studies/bundle_section.hpp>
#include <thalweg/studies/pose_graph_section.hpp>
#include <thalweg/studies/regression_section.hpp>
#include <thalweg/studies/study.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

/// From its name to its report.
Report report_of(const std::string& file) {
  Request request;
  request.given = {"--json"};
  const auto study = read_study(file, request);
  study->prepare(request);
  Report report;
  study->describe(report);
  report.result = study->solve(request, request.options, request.train);
  study->annotate(report);
  study->conclude(request, report);
  note_doubts(report, 1);
  CheckReport checked = study->check(request);
  check(!checked.problem.name.empty() && study->start().size() == study->starts()[0].size(), "a study's check");
  study->prepare_comparison(request);
  check(study->compare_case(request, study->starts()).starts.size() == study->start_count(), "a study's comparison");
  return report;
}

}  // namespace

void studies() {
  Report report = report_of("catalogue:beale");
  check(report.result.converged() && doubt_about(report).empty(), "a study");
  RegressionSummary regression;
  regression.model = "linear regression";
  regression.quality.emplace_back().name = "all";
  PoseGraphSummary graph;
  graph.held = "pose 0";
  report.sections = {section_of(regression), section_of(graph, report.result, false), section_of(BundleSummary{})};
  check(to_text(report).find("pose 0") != std::string::npos, "the text of sections");
  check(to_json(report).find("\"bundle\"") != std::string::npos, "the JSON of sections");
  check(to_html(report, {}).find("The model") != std::string::npos, "the page of sections");
  for (const Kind& kind : kinds()) check(!kind.name.empty(), "a kind of problem");
}

}  // namespace containers
