// thalweg solve, and thalweg fit.
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/streamed_fit.hpp>
#include <thalweg/studies/streamed_study.hpp>

#include "cli/usage.hpp"
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

void refuse_streaming(const Arguments& arguments) {
  if (!arguments.file.ends_with(".npy"))
    throw UsageError(
        fmt::format("--stream is of arrays, and '{}' is none; expected a file .npy, or no --stream", arguments.file));
  if (arguments.fit.files.size() > 1 || arguments.fit.models.size() > 1)
    throw UsageError(fmt::format("--stream does not go with several {}; expected one",
                                 arguments.fit.files.size() > 1 ? "tables" : "--model"));
}

/// The rows of the array, where they are not to be held; null where they are.
std::shared_ptr<const RowSource> rows_to_stream(const Arguments& arguments) {
  if (!arguments.file.ends_with(".npy") || arguments.fit.files.size() > 1) return nullptr;
  auto rows = npy_rows(arguments.file, arguments.fit.table.columns);
  return arguments.fit.stream || is_too_large_to_hold(*rows) ? rows : nullptr;
}

/// Rows of the sample that meet the condition; where it cannot be read, all: the fit says what is wrong with it.
std::shared_ptr<const RowSource> rows_to_sample(const std::shared_ptr<const RowSource>& rows,
                                                const Arguments& arguments) {
  const std::string& where = arguments.fit.rows.where;
  if (where.empty()) return rows;
  try {
    auto chosen = rows_where(rows, where, arguments.solve.options.threads);
    return chosen->rows() > 0 ? chosen : rows;
  } catch (const FormulaError&) {
    return rows;
  }
}

std::unique_ptr<Study> streamed(const std::shared_ptr<const RowSource>& rows, const Arguments& arguments) {
  const FitArguments& fit = arguments.fit;
  DataTable sample =
      DataTable::sample(rows_to_sample(rows, arguments), streamed_sample_rows, arguments.file, fit.table);
  return streamed_study(fit_from_table(std::move(sample), fit), rows, fit.rows);
}

}  // namespace

int solve_command(const Arguments& arguments) {
  Stopwatch watch;
  const auto study = study_from(arguments.file, arguments.solve);
  return run(*study, arguments.solve, watch.lap());
}

int fit_command(const Arguments& arguments) {
  if (arguments.fit.stream) refuse_streaming(arguments);
  if (arguments.fit.models.size() > 1) return fit_models(arguments);
  Stopwatch watch;
  const auto rows = rows_to_stream(arguments);
  const auto study = rows ? streamed(rows, arguments) : study_of(fit_from_table(arguments.file, arguments.fit));
  return run(*study, arguments.solve, watch.lap());
}

}  // namespace thalweg::tool
