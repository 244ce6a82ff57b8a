// thalweg solve, and what solve and fit share.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problems/build.hpp>
#include <thalweg/problems/toml_writer.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

#include "commands.hpp"
#include "output_file.hpp"
#include "progress.hpp"
#include "usage.hpp"

namespace thalweg::tool {
namespace {

class Stopwatch {
 public:
  /// Seconds since the last lap.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - last_;
    last_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

struct Outputs {
  Outputs(const std::string& input, const SolveArguments& a) {
    refuse_overwriting(input, a);
    if (!a.json.empty() && a.json != "-") json = OutputFile("--json", a.json);
    if (!a.trace.empty()) trace = OutputFile("--trace", a.trace);
    if (!a.output.empty()) solution = OutputFile("--output", a.output);
  }
  OutputFile json, trace, solution;

 private:
  /// No output may take the place of the input or of another output.
  static void refuse_overwriting(const std::string& input, const SolveArguments& a) {
    std::vector<std::pair<std::string, std::string>> files = {{"the input", input}};
    if (a.json != "-") files.emplace_back("--json", a.json);
    files.emplace_back("--trace", a.trace);
    files.emplace_back("--output", a.output);
    for (std::size_t i = 0; i < files.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!files[i].second.empty() && !files[j].second.empty() && same_file(files[i].second, files[j].second))
          throw UsageError(fmt::format("{} '{}' is the file of {}; expected another file", files[i].first,
                                       files[i].second, files[j].first));
  }
};

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

Report describe(const CurveFit& fit, const CurveProblem& built, const Options& options) {
  Report report;
  Report::ProblemFacts& facts = report.problem;
  facts.name = std::filesystem::path(fit.file).stem().string();
  facts.title = fit.title;
  facts.source = fit.file;
  facts.parameter_blocks = built.problem.block_count();
  facts.parameters = static_cast<std::int64_t>(built.problem.start().size());
  facts.residual_blocks = built.problem.residual_block_count();
  facts.residuals = built.problem.residual_count();
  facts.priors = std::count_if(fit.parameters.begin(), fit.parameters.end(),
                               [](const FitParameter& p) { return p.prior.has_value(); });
  const auto& groups = built.problem.groups();
  const bool sigma_given =
      std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group->has_sigma(); });
  report.sigma = sigma_given ? Sigma::given : Sigma::none;
  for (const FitParameter& p : fit.parameters) report.labels.push_back({p.unit, p.description});
  report.method = options.method;
  report.linear_solver_requested = options.linear_solver;
  return report;
}

/// A solve in progress may be watched and interrupted; so may the profiles after it.
struct Watched {
  Watched(const SolveArguments& arguments, const CatchInterrupt& interrupt) : options(arguments.options) {
    options.interrupt = &interrupt.flag();
    if (!arguments.quiet && Progress::possible())
      options.callback = [this](const IterationRecord& record) {
        progress.show(record);
        return Action::proceed;
      };
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  Progress progress;
  Options options;
};

/// Fills the result, and the minima when there are several starts.
void solve_watched(const Problem& problem, const SolveArguments& arguments, const CatchInterrupt& interrupt,
                   Report& report) {
  const Watched watched(arguments, interrupt);
  if (arguments.starts == 1) {
    report.result = solve(problem, watched.options);
    return;
  }
  MultistartResult found = multistart(problem, watched.options, {.starts = arguments.starts});
  report.result = std::move(found.best);
  report.multistart = std::move(found.minima);
}

/// The profiles have what the solve left of the time.
void profile_watched(const Problem& problem, const SolveArguments& arguments, const CatchInterrupt& interrupt,
                     Report& report) {
  Watched watched(arguments, interrupt);
  watched.options.time_limit = std::max(0.0, arguments.options.time_limit - report.result.seconds.total);
  report.profile = profile(problem, report.result, report.statistics, watched.options);
}

ExitCode exit_code(Status status) {
  switch (status) {
    case Status::converged:
      return exit_converged;
    case Status::interrupted:
      return exit_interrupted;
    case Status::non_finite_start:
    case Status::failed:
      return exit_failed;
    default:
      return exit_stopped;
  }
}

std::string solution_text(CurveFit fit, const std::vector<double>& x) {
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) fit.parameters[i].starts = {x[i]};
  return write_toml(fit);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

int run_fit(CurveFit fit, const SolveArguments& arguments, double read_seconds) {
  Stopwatch watch;
  arguments.options.validate();
  fit.detect_linear = arguments.detect_linear;
  if (arguments.loss)
    for (DataSet& data : fit.data) data.loss = *arguments.loss;
  const CurveProblem built = build_problem(fit, arguments.start);
  if (std::all_of(fit.parameters.begin(), fit.parameters.end(),
                  [](const FitParameter& p) { return p.fixed || p.lower == p.upper; }))
    throw FileError(fit.file, 0, 0, "every parameter is fixed", "at least one that may move");
  const CatchInterrupt interrupt;
  Outputs outputs(fit.file, arguments);
  Report report = describe(fit, built, arguments.options);
  report.seconds.read = read_seconds;
  report.seconds.build = watch.lap();

  solve_watched(built.problem, arguments, interrupt, report);
  watch.lap();
  if (report.problem.priors > 0 && fit.noise == Noise::estimated)
    report.result.notes.push_back(
        "the noise is estimated, so the standard deviations of the priors are scaled with those of the data; "
        "noise = \"known\" takes them as they are");
  report.statistics = statistics(built.problem, report.result, response_of(built));
  if (arguments.profile) profile_watched(built.problem, arguments, interrupt, report);
  if (report.statistics.available()) report.certified = certified_agreement(fit, report.statistics);
  report.seconds.statistics = watch.lap();

  ExitCode code = exit_code(report.result.status);
  if (code == exit_converged && report.profile) code = exit_code(report.profile->status);
  const std::string json = arguments.json.empty() ? "" : to_json(report, arguments.json_parameters);
  if (outputs.json.wanted()) outputs.json.commit(json);
  if (outputs.trace.wanted()) outputs.trace.commit(trace_to_csv(report.result));
  if (outputs.solution.wanted() && code != exit_failed)
    outputs.solution.commit(solution_text(std::move(fit), report.result.x));
  if (arguments.json == "-") {
    print(json);
  } else if (!arguments.quiet) {
    print(to_text(report, arguments.verbose));
  }
  if (code == exit_failed)
    std::fprintf(stderr, "%s: %s\n", report.problem.source.c_str(), printable(report.result.reason).c_str());
  return code;
}

int solve_command(const Arguments& arguments) {
  Stopwatch watch;
  CurveFit fit = read_problem_file(arguments.file);
  const double seconds = watch.lap();
  return run_fit(std::move(fit), arguments.solve, seconds);
}

int fit_command(const Arguments& arguments) {
  Stopwatch watch;
  CurveFit fit = fit_from_table(arguments.file, arguments.fit);
  const double seconds = watch.lap();
  return run_fit(std::move(fit), arguments.solve, seconds);
}

}  // namespace thalweg::tool
