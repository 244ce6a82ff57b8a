// thalweg solve of problem files, and thalweg fit.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/toml_writer.hpp>

#include "cli/usage.hpp"
#include "commands/advice.hpp"
#include "commands/commands.hpp"
#include "commands/fit_picture.hpp"
#include "commands/solve_run.hpp"

namespace thalweg::tool {
namespace {

/// What was measured; empty when there is no one such thing, because a parameter is in it.
std::vector<double> response_of(const CurveProblem& built) {
  std::vector<double> response;
  try {
    for (const auto& model : built.models) {
      const std::vector<double> y = model->response();
      response.insert(response.end(), y.begin(), y.end());
    }
  } catch (const Error&) {
    return {};
  }
  return response;
}

std::optional<Agreement> certified_agreement(const CurveFit& fit, const FitStatistics& s) {
  std::vector<double> certified;
  bool any = false;
  for (const FitParameter& p : fit.parameters) {
    any = any || p.certified.has_value();
    certified.push_back(p.certified ? p.certified->value : unset);
  }
  if (!any) return std::nullopt;
  return agreement(s.parameters, certified);
}

Report describe(const CurveFit& fit, const CurveProblem& built, const SolveArguments& arguments) {
  Report report = begin_report(built.problem, arguments);
  report.problem.name = std::filesystem::path(fit.file).stem().string();
  report.problem.title = fit.title;
  report.problem.source = fit.file;
  report.problem.priors = std::count_if(fit.parameters.begin(), fit.parameters.end(),
                                        [](const FitParameter& p) { return p.prior.has_value(); });
  for (const DataSet& data : fit.data) {
    report.problem.missing_rows += static_cast<std::int64_t>(data.missing_rows);
    report.problem.excluded_rows += static_cast<std::int64_t>(data.excluded_rows);
  }
  for (const FitParameter& p : fit.parameters) report.labels.push_back({p.unit, p.description});
  return report;
}

std::string solution_text(CurveFit fit, const std::vector<double>& x) {
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) fit.parameters[i].starts = {x[i]};
  return write_toml(fit);
}

}  // namespace

int run_fit(CurveFit fit, const SolveArguments& arguments, double read_seconds) {
  Stopwatch watch;
  arguments.options.validate();
  fit.detect_linear = arguments.detect_linear;
  if (arguments.loss)
    for (DataSet& data : fit.data) data.loss = *arguments.loss;
  const CurveProblem built = build_problem(fit, arguments.start);
  SolveRun run(fit.file, arguments);
  Report report = describe(fit, built, arguments);
  report.seconds.read = read_seconds;
  report.seconds.build = watch.lap();

  run.solve(built.problem, report);
  report.result.notes.insert(report.result.notes.begin(), fit.notes.begin(), fit.notes.end());
  if (report.problem.priors > 0 && fit.noise == Noise::estimated)
    report.result.notes.push_back(
        "the noise is estimated, so the standard deviations of the priors are scaled with those of the data; "
        "noise = \"known\" takes them as they are");
  run.judge(built.problem, response_of(built), report);
  note_saturation(built, report);
  if (report.statistics.available()) report.certified = certified_agreement(fit, report.statistics);
  if (!arguments.report.empty()) report.picture = fit_picture(fit, built, report.result.x, report.statistics);
  return run.finish(report, [&] { return solution_text(std::move(fit), report.result.x); });
}

int solve_command(const Arguments& arguments) {
  Stopwatch watch;
  if (looks_like_pose_graph(arguments.file)) {
    PoseGraph graph =
        read_pose_graph(arguments.file, arguments.solve.information_order.value_or(InformationOrder::toro));
    return solve_pose_graph(std::move(graph), arguments.solve, watch.lap());
  }
  if (arguments.solve.initialization || arguments.solve.information_order)
    throw UsageError(fmt::format("{} is for pose graphs, and '{}' is none",
                                 arguments.solve.initialization ? "--init" : "--information-order", arguments.file));
  if (const auto name = catalogue_name(arguments.file)) return solve_from_catalogue(*name, arguments.solve);
  if (looks_like_bal(arguments.file)) {
    Bundle bundle = read_bal(arguments.file);
    return solve_bundle(std::move(bundle), arguments.solve, watch.lap());
  }
  auto problem = read_problem_file(arguments.file);
  const double seconds = watch.lap();
  if (RegressionFit* regression = std::get_if<RegressionFit>(&problem))
    return solve_regression(std::move(*regression), arguments.solve, seconds);
  return run_fit(std::move(std::get<CurveFit>(problem)), arguments.solve, seconds);
}

int fit_command(const Arguments& arguments) {
  Stopwatch watch;
  CurveFit fit = fit_from_table(arguments.file, arguments.fit);
  const double seconds = watch.lap();
  return run_fit(std::move(fit), arguments.solve, seconds);
}

}  // namespace thalweg::tool
