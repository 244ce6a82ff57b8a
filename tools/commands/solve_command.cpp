// thalweg solve, and thalweg fit.
#include <cmath>
#include <utility>

#include "commands/commands.hpp"
#include "commands/solve_run.hpp"

namespace thalweg::tool {
namespace {

/// Method, learning rate and schedule.
void name_method(const Request& request, Report& report) {
  report.method = request.method;
  report.linear_solver_requested = request.options.linear_solver;
  if (const Rule* rule = std::get_if<Rule>(&request.method))
    report.rate = std::isnan(request.train.rate) ? default_rate(*rule) : request.train.rate;
  else if (request.method == AnyMethod(Method::gradient_descent))
    report.rate = request.train.rate;
  if (request.train.schedule != Schedule{}) report.schedule = to_string(request.train.schedule);
}

/// Solves, reports, writes what was asked for. `read_seconds`: what reading the study took.
int run(Study& study, SolveArguments arguments, double read_seconds) {
  Stopwatch watch;
  arguments.picture = !arguments.report.empty() || !arguments.figure.empty();
  arguments.rows = !arguments.output_table.empty() || arguments.rows_in_json;
  study.prepare(arguments);
  SolveRun run(study.file(), arguments);
  Report report;
  study.describe(report);
  name_method(arguments, report);
  report.seconds.read = read_seconds;
  report.seconds.build = watch.lap();

  run.solve(study, report);
  study.annotate(report);
  if (study.is_judged_by_residuals()) run.judge(study, report);
  run.leave(arguments);
  study.conclude(arguments, report);
  return run.finish(report, [&] { return study.solution(report.result.x, compression_of(arguments.output)); });
}

}  // namespace

int solve_command(const Arguments& arguments) {
  Stopwatch watch;
  const auto study = study_from(arguments.file, arguments.solve);
  return run(*study, arguments.solve, watch.lap());
}

int fit_command(const Arguments& arguments) {
  if (arguments.fit.models.size() > 1) return fit_models(arguments);
  Stopwatch watch;
  const auto study = study_of(fit_from_table(arguments.file, arguments.fit));
  return run(*study, arguments.solve, watch.lap());
}

}  // namespace thalweg::tool
