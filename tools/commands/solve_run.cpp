#include "commands/solve_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/global_search.hpp>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/report/figure.hpp>
#include <thalweg/report/fit_rows.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/advice.hpp>

#include "cli/exit_code.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

/// No output may take the place of the input or of another output.
void refuse_overwriting(const std::string& input, const SolveArguments& a) {
  std::vector<std::pair<std::string, std::string>> files = {{"the input", input}};
  for (const std::string& prior : a.priors) files.emplace_back("--prior", prior);
  files.emplace_back("--predict", a.predict);
  files.insert(files.end(), a.inputs.begin(), a.inputs.end());
  if (a.json != "-") files.emplace_back("--json", a.json);
  files.emplace_back("--trace", a.trace);
  files.emplace_back("--output", a.output);
  files.emplace_back("--report", a.report);
  files.emplace_back("--output-table", a.output_table);
  files.emplace_back("--predict-output", a.predict_output);
  files.emplace_back("--figure", a.figure);
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (files[i].first != "--predict" && !files[i].second.empty() && !files[j].second.empty() &&
          same_file(files[i].second, files[j].second))
        throw UsageError(fmt::format("{} '{}' is the file of {}; expected another file", files[i].first,
                                     files[i].second, files[j].first));
}

/// After the solve the limit of the whole command is not looked at: what it found is reported. Statistics and profiles
/// have limits of their own.
void lift_limit() { CancellationProbe::adopt(nullptr); }

/// A solve in progress may be watched and interrupted; so may the profiles after it.
struct Watched {
  Watched(const SolveArguments& arguments, const CatchInterrupt& interrupt)
      : options(arguments.options), train(arguments.train) {
    options.interrupt = train.interrupt = &interrupt.flag();
    options.record_points = train.record_points = !arguments.report.empty();
    if (!arguments.quiet && Progress::possible())
      options.callback = train.callback = [this](const IterationRecord& record) {
        progress.show(record);
        return Action::proceed;
      };
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  Progress progress;
  Options options;
  TrainOptions train;
};

/// Of as many minima as are printed, where their parameters are.
std::vector<RoundingMetric> minima_rounding(const Problem& problem, const Report& report,
                                            std::span<const double> response) {
  constexpr std::size_t most_minima = 100, most_parameters = 100;
  std::vector<RoundingMetric> all;
  if (problem.start().size() > most_parameters) return all;
  for (const Minimum& minimum : report.multistart->list) {
    if (all.size() == most_minima) break;
    Result there;
    there.status = Status::converged;
    there.x = minimum.x;
    there.threads = report.result.threads;
    all.push_back(statistics(problem, there, response).rounding);
  }
  return all;
}

std::string figure_of(const Report& report) {
  const ProblemFacts& p = report.problem;
  return fit_figure(report.picture.value_or(FitPicture{}), p.title.empty() ? p.name : p.title);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

SolveRun::SolveRun(std::string input, const SolveArguments& arguments)
    : input_(std::move(input)), arguments_(arguments) {
  refuse_overwriting(input_, arguments);
  if (!arguments.figure.empty()) figure_format(arguments.figure);
  if (!arguments.json.empty() && arguments.json != "-") json_ = OutputFile("--json", arguments.json);
  if (!arguments.trace.empty()) trace_ = OutputFile("--trace", arguments.trace);
  if (!arguments.output.empty()) solution_ = OutputFile("--output", arguments.output);
  if (!arguments.report.empty()) page_ = OutputFile("--report", arguments.report);
  if (!arguments.output_table.empty()) rows_ = OutputFile("--output-table", arguments.output_table);
  if (!arguments.predict_output.empty()) predictions_ = OutputFile("--predict-output", arguments.predict_output);
  if (!arguments.figure.empty()) figure_ = OutputFile("--figure", arguments.figure);
}

void SolveRun::solve(const Study& study, Report& report) {
  const Watched watched(arguments_, interrupt_);
  if (arguments_.global) {
    GlobalOptions global;
    global.method = *arguments_.global;
    global.seed = arguments_.options.seed;
    global.box = study.search_box();
    const Subject subject = study.subject();
    GlobalResult found = subject.residuals ? global_search(*subject.residuals, watched.options, global)
                                           : global_search(*subject.objective, subject.box, watched.options, global);
    report.global = found;
    report.result = std::move(found.best);
  } else if (arguments_.starts == 1) {
    report.result = study.solve(arguments_, watched.options, watched.train);
  } else {
    MultistartResult found = multistart(*study.subject().residuals, watched.options, {.starts = arguments_.starts});
    report.result = std::move(found.best);
    report.multistart = std::move(found.minima);
  }
  lift_limit();
  watch_.lap();
}

void SolveRun::judge(const Study& study, Report& report) {
  const Problem& problem = *study.subject().residuals;
  {
    // A solve that used up its time, or was interrupted, leaves what its limits leave room for: small problems have
    // their statistics all the same.
    constexpr double share = 0.02, seconds = 0.03;
    const double given = arguments_.options.time_limit, limit = std::isfinite(given) ? given : 0.0;
    const double left = given - watch_.elapsed();
    const bool interrupted = report.result.status == Status::interrupted;
    const CancellationScope scope(interrupted ? seconds : std::max(left, 0.0) + share * limit + seconds,
                                  interrupted ? nullptr : &interrupt_.flag());
    report.statistics = study.statistics(report.result, arguments_.level);
    if (report.multistart) report.minima_rounding = minima_rounding(problem, report, study.response());
  }
  if (!report.statistics.left_out.empty())
    report.result.notes.push_back(fmt::format("the statistics are left out: {}", report.statistics.left_out));
  note_doubts(report, arguments_.starts);
  // At a kink nothing else tells an interval.
  const auto& parameters = report.statistics.parameters;
  const bool kink = std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.at_kink; });
  const IntervalKind kind =
      kink && arguments_.intervals == IntervalKind::linear ? IntervalKind::profile : arguments_.intervals;
  if (kind == IntervalKind::linear || (kink && !report.result.converged())) return;
  find_intervals(problem, kind, report);
}

/// The intervals have what the solve left of the time.
void SolveRun::find_intervals(const Problem& problem, IntervalKind kind, Report& report) {
  Watched watched(arguments_, interrupt_);
  Options& options = watched.options;
  options.time_limit = std::max(0.0, arguments_.options.time_limit - watch_.elapsed());
  const double level = arguments_.level;
  if (kind == IntervalKind::profile)
    report.profile = profile(problem, report.result, report.statistics, options, level);
  if (kind == IntervalKind::bootstrap) {
    BootstrapOptions how{.resampling = arguments_.resampling, .seed = options.seed};
    how.samples = arguments_.samples.value_or(how.samples);
    report.bootstrap = bootstrap(problem, report.result, report.statistics, options, level, how);
  }
  if (kind == IntervalKind::posterior) {
    PosteriorOptions how{.sampler = arguments_.sampler, .seed = options.seed};
    how.samples = arguments_.samples.value_or(how.samples);
    report.posterior = posterior(problem, report.result, report.statistics, options, level, how);
  }
}

void SolveRun::write_rows(const Report& report) {
  const auto separator = [](const std::string& path) { return path.ends_with(".tsv") ? '\t' : ','; };
  if (rows_.wanted()) rows_.commit(to_csv(report.rows, separator(arguments_.output_table)));
  if (predictions_.wanted()) predictions_.commit(to_csv(report.predictions, separator(arguments_.predict_output)));
  if (figure_.wanted()) figure_.commit(rendered(figure_of(report), figure_format(arguments_.figure)));
}

void SolveRun::leave(Request& request) const {
  request.options.interrupt = &interrupt_.flag();
  request.options.time_limit = std::max(0.0, arguments_.options.time_limit - watch_.elapsed());
}

int SolveRun::finish(Report& report, const std::function<std::string()>& solution) {
  report.seconds.statistics = watch_.lap();
  report.rows_in_json = arguments_.rows_in_json;
  ExitCode code = exit_code(report.result.status);
  if (code == exit_converged && report.profile) code = exit_code(report.profile->status);
  if (code == exit_converged && report.bootstrap) code = exit_code(report.bootstrap->status);
  if (code == exit_converged && report.posterior) code = exit_code(report.posterior->status);
  const std::string json = arguments_.json.empty() ? "" : to_json(report, arguments_.all_parameters);
  if (json_.wanted()) json_.commit(json);
  if (trace_.wanted()) trace_.commit(trace_to_csv(report.result));
  if (page_.wanted()) page_.commit(to_html(report, provenance_of(arguments_.command)));
  if (code != exit_failed) write_rows(report);
  if (solution_.wanted() && code != exit_failed) solution_.commit(solution());
  if (arguments_.json == "-") {
    print(json);
  } else if (!arguments_.quiet) {
    print(to_text(report, arguments_.verbose));
  }
  if (code == exit_failed)
    std::fprintf(stderr, "%s: %s\n", printable(input_).c_str(), printable(report.result.reason).c_str());
  return code;
}

}  // namespace thalweg::tool
