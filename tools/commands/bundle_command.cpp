// thalweg solve and check of bundle adjustments.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/models/bundle.hpp>

#include "cli/usage.hpp"
#include "commands/commands.hpp"
#include "commands/solve_run.hpp"

namespace thalweg::tool {
namespace {

// Methods and linear solvers that work on the whole Jacobian may take this much: a few cameras' worth.
constexpr double most_dense_bytes = 2e9;

struct Refusal {
  const char* option;
  const char* why;
};

/// What no bundle adjustment has, whatever the method.
constexpr Refusal of_every_bundle[] = {
    {"--start", "a file of this kind has one start"},
    {"--starts", "starts drawn at random have no cameras that see their points"},
    {"--detect-linear", "a projection is linear in nothing"},
    {"--intervals", "standard errors are not worked out for so many parameters"},
};
/// What belongs to methods that work on the whole Jacobian.
constexpr Refusal of_blocks[] = {
    {"--acceleration", "the sparse linear solvers have no geodesic acceleration"},
};
/// What first-order methods alone heed; --rate and --schedule also gradient-descent.
constexpr const char* of_first_order[] = {"--rate",     "--schedule",  "--constants", "--epochs",
                                          "--patience", "--clip-norm", "--clip-value"};

bool given(const SolveArguments& a, std::string_view option) {
  return std::find(a.given.begin(), a.given.end(), option) != a.given.end();
}

void refuse(const Bundle& bundle, const Problem& problem, const SolveArguments& a) {
  const auto complain = [&](const Refusal& r) {
    if (given(a, r.option))
      throw UsageError(fmt::format("{} does not go with '{}', a bundle adjustment: {}", r.option, bundle.file, r.why));
  };
  for (const Refusal& r : of_every_bundle) complain(r);
  if (given(a, "--patience") || given(a, "--batch-size"))
    complain({given(a, "--patience") ? "--patience" : "--batch-size", "it is for the training of regressions"});
  if (!a.method_given)
    for (const char* option : of_first_order)
      complain({option, "it is of first-order methods, and --method names none"});
  if (solves_by_blocks(problem, a.options) && !is_first_order(a.method)) {
    for (const Refusal& r : of_blocks) complain(r);
    return;
  }
  const double rows = static_cast<double>(problem.residual_count()),
               columns = static_cast<double>(problem.start().size());
  const double bytes = is_first_order(a.method) ? 8.0 * rows * columns : plan_solve(problem, a.options).bytes;
  if (bytes > most_dense_bytes)
    throw UsageError(
        fmt::format("{} works on the whole Jacobian of '{}', {} numbers by {}, and would take {:.3g} GB; expected "
                    "levenberg-marquardt, "
                    "levenberg, gauss-newton, dogleg or subspace-dogleg with a sparse linear solver",
                    is_first_order(a.method) || !needs_residuals(a.options.method)
                        ? std::string(to_string(a.method))
                        : std::string(to_string(a.options.linear_solver)),
                    bundle.file, problem.residual_count(), problem.start().size(), 1e-9 * bytes));
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

BundlePicture picture_of(const Bundle& solved, std::vector<double> before, std::vector<double> after) {
  BundleView view = view_from_above(solved);
  return {std::move(view.camera_x), std::move(view.camera_y), std::move(view.heading_x), std::move(view.heading_y),
          std::move(view.point_x),  std::move(view.point_y),  std::move(before),         std::move(after),
          solved.camera_of,         solved.point_of};
}

ProblemFacts facts_of(const Bundle& bundle) {
  ProblemFacts facts;
  facts.name = std::filesystem::path(bundle.file).filename().string();
  facts.title = "Bundle adjustment";
  facts.source = bundle.file;
  facts.kind = "bundle adjustment";
  return facts;
}

void describe(const Bundle& bundle, Report& report) {
  const ProblemFacts facts = facts_of(bundle);
  report.problem.name = facts.name;
  report.problem.title = facts.title;
  report.problem.source = facts.source;
  report.problem.kind = facts.kind;
}

}  // namespace

int solve_bundle(Bundle bundle, const SolveArguments& arguments, double read_seconds) {
  Stopwatch watch;
  arguments.options.validate();
  const Problem problem = build_problem(bundle, arguments.loss.value_or(Loss()));
  refuse(bundle, problem, arguments);
  SolveRun run(bundle.file, arguments);
  Report report = begin_report(problem, arguments);
  describe(bundle, report);
  report.seconds.read = read_seconds;
  report.seconds.build = watch.lap();
  run.solve(problem, report);
  for (std::string& sentence : in_words(connectivity(bundle))) report.result.notes.push_back(std::move(sentence));

  std::vector<double> before = distances(problem, problem.start()), after = distances(problem, report.result.x);
  report.bundle = BundleSummary{bundle.camera_count(),       bundle.point_count(),       bundle.observation_count(),
                                reprojection_errors(before), reprojection_errors(after), std::nullopt};
  if (arguments.json_parameters) report.statistics.parameters = named_values(problem, report.result.x);
  Bundle solved = with_solution(std::move(bundle), report.result.x);
  if (!arguments.report.empty() && report.result.status != Status::non_finite_start)
    report.bundle->picture = picture_of(solved, std::move(before), std::move(after));
  return run.finish(report, [&] { return write_bal(solved, compression_of(arguments.output)); });
}

int check_bundle(const Bundle& bundle, const Arguments& arguments) {
  const SolveArguments& a = arguments.solve;
  if (given(a, "--start"))
    throw UsageError(fmt::format("--start does not go with '{}': a bundle adjustment has one start", bundle.file));
  const Problem problem = build_problem(bundle);
  std::vector<FreeDirection> directions;
  for (GaugeDirection& d : gauge_directions(bundle)) directions.push_back({std::move(d.name), std::move(d.direction)});
  CheckReport report = check(problem, a.options, directions);
  const std::vector<std::string> sentences = in_words(connectivity(bundle));
  report.notes.insert(report.notes.begin(), sentences.begin(), sentences.end());
  report.notes.insert(report.notes.begin(), fmt::format("{} cameras, {} points, {} observations", bundle.camera_count(),
                                                        bundle.point_count(), bundle.observation_count()));
  return finish_check(report, facts_of(bundle), 1, arguments);
}

}  // namespace thalweg::tool
