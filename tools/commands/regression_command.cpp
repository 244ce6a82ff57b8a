// thalweg solve of a regression.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/problem/problem.hpp>
#include "cli/usage.hpp"
#include "commands/commands.hpp"
#include "commands/regression.hpp"
#include "commands/solve_run.hpp"

namespace thalweg::tool {
namespace {

constexpr int grid_points = 241;

/// What only curve fits have.
void refuse(const RegressionFit& fit, const SolveArguments& a) {
  const std::pair<bool, const char*> options[] = {{!a.output.empty(), "--output"}, {a.detect_linear, "--detect-linear"},
                                                  {a.loss.has_value(), "--loss"},  {a.options.graduated, "--graduated"},
                                                  {a.starts > 1, "--starts"},      {a.profile, "--intervals profile"},
                                                  {a.start > 1, "--start"}};
  for (const auto& [given, option] : options)
    if (given) throw UsageError(fmt::format("{} is for curve fits, and '{}' is a regression", option, fit.file));
}

void describe(const Regression& regression, Report& report) {
  const RegressionFit& fit = regression.fit();
  ProblemFacts& facts = report.problem;
  facts.name = std::filesystem::path(fit.file).stem().string();
  facts.title = fit.title;
  facts.source = fit.file;
  facts.kind = "regression";
  facts.parameter_blocks = 1;
  facts.parameters = regression.model().parameters();
  facts.samples = regression.model().samples();
  facts.missing_rows = static_cast<std::int64_t>(fit.missing_rows);
  facts.excluded_rows = static_cast<std::int64_t>(fit.excluded_rows);
  const Problem* problem = regression.problem();
  if (problem && !regression.model().options().classifies()) {
    facts.residual_blocks = problem->residual_block_count();
    facts.residuals = problem->residual_count();
  }
}

/// Errors where the cost is the likelihood alone; else names and values. In the user's units.
FitStatistics statistics_of(const Regression& regression, const Result& result) {
  const RegressionModel& model = regression.model();
  const RegressionOptions& o = model.options();
  Result translated = result;
  translated.x = model.in_users_units(result.x);
  const bool likelihood = o.l2 == 0.0 && !model.penalty() && o.kind != RegressionKind::network;
  if (!likelihood || !regression.problem()) return statistics(model.objective(), translated);
  RegressionOptions plain = o;
  plain.standardize = false;
  const RegressionModel untouched(plain, regression.training(), 1);
  const bool linear = o.kind == RegressionKind::linear;
  return statistics(untouched.problem(translated.x), translated,
                    linear ? std::span<const double>(regression.training().y) : std::span<const double>());
}

/// Classes that a hyperplane separates: said in place of an optimum that is not there.
void say_separation(const Regression& regression, Result& result) {
  const RegressionKind kind = regression.model().options().kind;
  if ((kind != RegressionKind::logistic && kind != RegressionKind::softmax) || result.x.empty()) return;
  std::string sentence = separation(regression.model(), result.x);
  if (sentence.empty()) return;
  if (result.status != Status::converged) {
    result.notes.push_back(std::move(sentence));
    return;
  }
  result.status = Status::stalled;
  result.reason = std::move(sentence);
}

/// The fitted function of one input, or the residuals alone.
FitPicture picture_of(const Regression& regression, const std::vector<double>& x) {
  const RegressionModel& model = regression.model();
  const RegressionData& data = regression.training();
  FitPicture picture;
  if (model.options().classifies()) return picture;
  FitPanel panel;
  panel.name = "data";
  panel.response = data.response;
  panel.y = data.y;
  panel.fitted = model.scores(x, data)[0];
  for (std::size_t i = 0; i < panel.y.size(); ++i) panel.residual.push_back(panel.fitted[i] - panel.y[i]);
  if (data.inputs.size() == 1) {
    panel.input = data.inputs[0];
    panel.x = data.x[0];
    const auto [least, most] = std::minmax_element(panel.x.begin(), panel.x.end());
    for (int i = 0; i < grid_points; ++i) panel.grid.push_back(*least + (*most - *least) * i / (grid_points - 1));
    RegressionData grid = data;
    grid.x = {panel.grid};
    grid.y.assign(panel.grid.size(), 0.0);
    panel.curve = model.scores(x, grid)[0];
  }
  picture.panels.push_back(std::move(panel));
  return picture;
}

std::optional<Agreement> certified_agreement(const Regression& regression, const FitStatistics& s) {
  if (regression.fit().certified.empty()) return std::nullopt;
  std::vector<double> certified(s.parameters.size(), unset);
  for (const RegressionFit::Certified& c : regression.fit().certified)
    for (std::size_t i = 0; i < s.parameters.size(); ++i)
      if (s.parameters[i].name == c.parameter) certified[i] = c.value;
  return agreement(s.parameters, certified);
}

}  // namespace

int solve_regression(RegressionFit fit, SolveArguments arguments, double read_seconds) {
  Stopwatch watch;
  refuse(fit, arguments);
  const Regression regression(std::move(fit), arguments);
  const bool closed_form = !arguments.method_given && regression.closed_form();
  if (!arguments.method_given) {
    arguments.method = regression.default_method();
    if (const Method* method = std::get_if<Method>(&arguments.method)) arguments.options.method = *method;
  }
  arguments = regression.completed(std::move(arguments));
  arguments.options.validate();
  if (const std::string why = refusal(arguments.method, regression.subject(), arguments.train); !why.empty())
    throw UsageError(why);
  SolveRun run(regression.fit().file, arguments);
  Report report;
  describe(regression, report);
  name_method(arguments, report);
  report.regression = regression.summary();
  report.seconds.read = read_seconds;
  report.seconds.build = watch.lap();

  run.solve_with(
      [&](const Options& options, const TrainOptions& train) {
        Stopwatch clock;
        std::vector<std::string> notes = regression.fit().notes;
        std::vector<double> start =
            start_for(regression.model(), regression.training(), arguments.method, options, notes);
        const double before = clock.lap();
        Result result = fit_regression(regression.model(), regression.subject(), arguments.method, closed_form,
                                       std::move(start), options, train);
        result.seconds.total += before;
        result.seconds.setup += before;
        result.notes.insert(result.notes.begin(), notes.begin(), notes.end());
        return result;
      },
      report);
  say_separation(regression, report.result);
  report.statistics = statistics_of(regression, report.result);
  regression.judge(report.result.x, *report.regression);
  report.certified = certified_agreement(regression, report.statistics);
  if (!arguments.report.empty()) report.picture = picture_of(regression, report.result.x);
  return run.finish(report);
}

}  // namespace thalweg::tool
