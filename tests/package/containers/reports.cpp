#include <cmath>
#include <span>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/inference/block_covariance.hpp>
#include <thalweg/inference/profile.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/bundle_section.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

/// A chain of poses in space, its first held: as in an embedding program that asks for the errors of one pose.
void covariances_of_poses() {
  Problem problem;
  const auto pose = problem.add_parameters("pose", SE3{}, 30);
  problem.fix(pose[0]);
  std::vector<int> from, to;
  std::vector<Vec<double, 6>> measured;
  for (int i = 0; i + 1 < 30; ++i) {
    from.push_back(i);
    to.push_back(i + 1);
    measured.push_back(Vec<double, 6>{1.0, 0.0, 0.0, 0.0, 0.01, 0.1});
  }
  for (int i = 0; i + 5 < 30; i += 5) {
    from.push_back(i);
    to.push_back(i + 5);
    measured.push_back(Vec<double, 6>{4.0, 1.0, 0.1, 0.0, 0.05, 0.5});
  }
  problem.add_residuals(
      "step", [](const auto& a, const auto& b, const auto& m) { return (boxminus<SE3>(b, a) - m).eval(); }, pose[from],
      pose[to], measured);
  const Result result = solve(problem, {.max_iterations = 20});
  std::vector<BlockCovariance> found = covariances(problem, result, {}, pose[20]);
  check(found.size() == 1 && found[0].determined && found[0].block == "pose[20]", "the covariance of a pose");
  const std::span<const double> matrix(found[0].matrix.data(), static_cast<std::size_t>(found[0].matrix.size()));
  check(matrix.size() == 36 && matrix[0] > 0.0 && matrix[1] == matrix[6], "its numbers");
  found = covariances(problem, result, {}, pose[1], pose[2], pose[0], pose[29]);
  found.push_back(found.front());
  found.erase(found.begin());
  found[0].matrix = found[3].matrix;
  check(found.size() == 4, "covariances are kept");
  check(block_covariances(problem, result.x, {pose[3].offset()}).size() == 1, "covariances by numbers");
}

Report report_of(const Fit& fit) {
  Report report;
  report.problem.name = "decay";
  report.result = solve(fit.problem);
  report.statistics = statistics(fit.problem, report.result, heights);
  report.labels = {{"V", "height"}, {"1/s", "rate"}};
  const std::vector<double> certified = {9.2, 0.27};
  report.certified = agreement(report.statistics.parameters, certified);
  report.profile = profile(fit.problem, report.result, report.statistics);
  report.multistart = multistart(fit.problem, {}, {.starts = 3}).minima;
  FitPanel panel;
  panel.x = times;
  panel.y = panel.fitted = heights;
  panel.residual.resize(heights.size());
  report.picture = FitPicture{{panel}};
  return report;
}

}  // namespace

void reports() {
  covariances_of_poses();
  const Fit fit;
  Report report = report_of(fit);
  check(report.statistics.covariance.size() == 4 && report.profile->available(), "statistics and profiles");
  check(to_text(report, true).size() > 100 && to_json(report).size() > 100, "a report's texts");
  check(to_html(report, {{"command", "none"}}).starts_with("<!DOCTYPE html>"), "a report's page");
  check(!trace_to_csv(report.result).empty() && printable("a\nb") == "a\\nb", "texts");
  report.statistics.undetermined.push_back({{{"p[0]", 1.0}}});
  report.labels.resize(100);
  report = report_of(fit);

  const auto bowl = objective(2, [](const auto& x) { return x[0] * x[0] + x[1] * x[1]; });
  check(statistics(bowl, minimize(bowl, {1.0, 1.0}, {.method = Method::bfgs})).parameters.size() == 2,
        "statistics of an objective");

  const std::vector<FreeDirection> expected = {{"nothing", {0.0, 0.0}}};
  CheckReport checked = thalweg::check(fit.problem, {}, expected);
  checked.notes.emplace_back("a note that is long enough to be allocated on the heap, by this program");
  check(!to_text(checked).empty() && !to_json(checked).empty(), "a check");
  checked = thalweg::check(fit.problem);
  const std::vector<double> distances = {1.0, 2.0, 3.0};
  check(reprojection_errors(distances).median == 2.0, "distances");
}

}  // namespace containers
