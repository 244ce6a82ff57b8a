// thalweg solve and check of bundle adjustments.
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/problems/bundle.hpp>

#include "commands.hpp"
#include "solve_run.hpp"
#include "usage.hpp"

namespace thalweg::tool {
namespace {

/// What only curve fits and regressions have.
void refuse(const Bundle& bundle, const SolveArguments& a) {
  const std::pair<bool, const char*> options[] = {{a.detect_linear, "--detect-linear"},
                                                  {a.options.graduated, "--graduated"},
                                                  {a.starts > 1, "--starts"},
                                                  {a.profile, "--intervals profile"},
                                                  {a.start > 1, "--start"}};
  for (const auto& [given, option] : options)
    if (given) throw UsageError(fmt::format("{} is for curve fits, and '{}' is a bundle adjustment", option, bundle.file));
}

/// Distance in pixels of each observation from its projection at x.
std::vector<double> distances(const Problem& problem, const std::vector<double>& x) {
  const ResidualGroup& group = *problem.groups()[0];
  const auto n = static_cast<std::size_t>(group.items());
  std::vector<double> u(n), v(n);
  double* const residual[] = {u.data(), v.data()};
  group.evaluate(x.data(), {0, group.items(), residual});
  for (std::size_t i = 0; i < n; ++i) u[i] = std::hypot(u[i], v[i]);
  return u;
}

std::vector<ParameterStatistics> named_values(const Problem& problem, const std::vector<double>& x) {
  std::vector<ParameterStatistics> list(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    list[i].name = problem.parameter_name(static_cast<std::int64_t>(i));
    list[i].value = x[i];
  }
  return list;
}

}  // namespace

int solve_bundle(Bundle bundle, const SolveArguments& arguments, double read_seconds) {
  Stopwatch watch;
  refuse(bundle, arguments);
  const Problem problem = build_problem(bundle, arguments.loss.value_or(Loss()));
  SolveRun run(bundle.file, arguments);
  Report report = begin_report(problem, arguments);
  report.problem.name = std::filesystem::path(bundle.file).filename().string();
  report.problem.title = "Bundle adjustment";
  report.problem.source = bundle.file;
  report.problem.kind = "bundle adjustment";
  report.seconds.read = read_seconds;
  report.seconds.build = watch.lap();
  run.solve(problem, report);
  const bool usable = report.result.status != Status::non_finite_start;
  report.bundle = BundleSummary{bundle.camera_count(), bundle.point_count(), bundle.observation_count(),
                                reprojection_errors(distances(problem, problem.start())),
                                usable ? reprojection_errors(distances(problem, report.result.x)) : ReprojectionErrors{}};
  if (arguments.json_parameters) report.statistics.parameters = named_values(problem, report.result.x);
  const Compression compression = compression_of(arguments.output);
  return run.finish(report, [&] { return write_bal(with_solution(std::move(bundle), report.result.x), compression); });
}

}  // namespace thalweg::tool
