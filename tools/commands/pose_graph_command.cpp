// thalweg solve and check of pose graphs.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/models/pose_graph.hpp>

#include "cli/usage.hpp"
#include "commands/commands.hpp"
#include "commands/solve_run.hpp"

namespace thalweg::tool {
namespace {

// Methods and linear solvers that work on the whole Jacobian may take this much.
constexpr double most_dense_bytes = 2e9;

struct Refusal {
  const char* option;
  const char* why;
};
/// What no pose graph has, whatever the method.
constexpr Refusal of_every_graph[] = {
    {"--start", "it has one start, which --init chooses"},
    {"--starts", "starts drawn at random lead nowhere near a minimum; --init chooses among better ones"},
    {"--detect-linear", "a relative pose is linear in nothing"},
    {"--intervals", "standard errors are not worked out for so many parameters"},
    {"--patience", "it is for the training of regressions"},
    {"--batch-size", "it is for the training of regressions"},
};
/// What belongs to methods that work on the whole Jacobian.
constexpr Refusal of_blocks[] = {
    {"--acceleration", "the sparse linear solvers have no geodesic acceleration"},
};

/// Before anything is worked out: what cannot go with a pose graph.
void refuse(const std::string& file, const SolveArguments& a, std::span<const Refusal> refusals) {
  for (const Refusal& r : refusals)
    if (std::find(a.given.begin(), a.given.end(), r.option) != a.given.end())
      throw UsageError(fmt::format("{} does not go with '{}', a pose graph: {}", r.option, file, r.why));
}

void refuse(const std::string& file, const Problem& problem, const SolveArguments& a) {
  if (solves_by_blocks(problem, a.options) && !is_first_order(a.method)) return refuse(file, a, of_blocks);
  const double rows = static_cast<double>(problem.residual_count()),
               columns = static_cast<double>(problem.start().size());
  const double bytes = is_first_order(a.method) ? 8.0 * rows * columns : plan_solve(problem, a.options).bytes;
  if (bytes <= most_dense_bytes) return;
  throw UsageError(
      fmt::format("{} works on the whole Jacobian of '{}', {} numbers by {}, and would take {:.3g} GB; expected "
                  "levenberg-marquardt, "
                  "levenberg, gauss-newton, dogleg or subspace-dogleg with a sparse linear solver",
                  to_string(a.method), file, problem.residual_count(), problem.start().size(), 1e-9 * bytes));
}

/// Ids of the vertices that do not move, in words.
std::string held(const PoseGraph& graph) {
  if (const std::int32_t pose = gauge_pose(graph); pose >= 0)
    return fmt::format("pose {}, since the file fixes nothing", graph.pose_ids[static_cast<std::size_t>(pose)]);
  const auto count = [](const std::vector<char>& fixed) {
    return std::count_if(fixed.begin(), fixed.end(), [](char f) { return f != 0; });
  };
  const auto poses = count(graph.pose_fixed), landmarks = count(graph.landmark_fixed);
  std::string text = fmt::format("{} pose{}", poses, poses == 1 ? "" : "s");
  if (landmarks > 0) text += fmt::format(" and {} landmark{}", landmarks, landmarks == 1 ? "" : "s");
  return text + " that the file fixes";
}

PoseGraphSummary summary_of(const PoseGraph& g, const InitializationReport& start, double seconds) {
  PoseGraphSummary s;
  s.plane = g.kind == PoseGraph::Kind::se2;
  s.poses = g.pose_count();
  s.landmarks = g.landmark_count();
  s.edges = g.edges.count();
  s.sightings = g.sightings.count();
  s.held = held(g);
  s.initialization = to_string(start.used);
  s.initialization_reason = start.reason;
  s.file_cost = start.file_cost;
  s.tree_cost = start.tree_cost;
  s.chordal_cost = start.chordal_cost;
  s.initialization_seconds = seconds;
  const auto fixed = [](char f) { return f != 0; };
  const std::int64_t held_poses =
      gauge_pose(g) >= 0 ? 1 : std::count_if(g.pose_fixed.begin(), g.pose_fixed.end(), fixed);
  const std::int64_t held_landmarks = std::count_if(g.landmark_fixed.begin(), g.landmark_fixed.end(), fixed);
  s.degrees_of_freedom = (s.edges - s.poses + held_poses) * g.tangent_size() +
                         (s.sightings - s.landmarks + held_landmarks) * g.landmark_size();
  return s;
}

/// A solve that begins near a minimum is best not held back.
SolveArguments with_damping(SolveArguments arguments, Initialization used) {
  constexpr double near_a_minimum = 1e-8;
  Options& o = arguments.options;
  if (std::isnan(o.initial_damping) && o.method == Method::levenberg_marquardt && used == Initialization::chordal)
    o.initial_damping = near_a_minimum;
  return arguments;
}

PoseGraphPicture picture_of(const PoseGraph& before, const PoseGraph& after) {
  PoseGraphView from = view_of(before, after), to = view_of(after, after);
  const bool plane = after.kind == PoseGraph::Kind::se2;
  return {plane ? "x" : "longest extent",
          plane ? "y" : "next extent",
          after.pose_ids,
          std::move(from.x),
          std::move(from.y),
          std::move(to.x),
          std::move(to.y),
          after.edges.from,
          after.edges.to};
}

void name(const PoseGraph& graph, ProblemFacts& facts) {
  facts.name = std::filesystem::path(graph.file).filename().string();
  facts.title = "Pose graph";
  facts.source = graph.file;
  facts.kind = "pose graph";
}

}  // namespace

int check_pose_graph(PoseGraph graph, const Arguments& arguments) {
  const SolveArguments& a = arguments.solve;
  if (a.start > 1)
    throw UsageError(fmt::format("--start does not go with '{}': a pose graph has one start", graph.file));
  // What the file has is looked at; where it has no start, the one that a solve would begin from.
  const bool complete = std::find(graph.pose_given.begin(), graph.pose_given.end(), 0) == graph.pose_given.end();
  const InitializationReport start = initialize(graph, complete ? Initialization::file : Initialization::automatic);
  CheckReport report = check(build_problem(graph), a.options);
  report.notes.insert(report.notes.begin(), graph.warnings.begin(), graph.warnings.end());
  report.notes.insert(
      report.notes.begin(),
      fmt::format("{} poses, {} edges, {} landmarks, {} sightings; held: {}; looked at from initialization {}",
                  graph.pose_count(), graph.edges.count(), graph.landmark_count(), graph.sightings.count(), held(graph),
                  to_string(start.used)));
  ProblemFacts facts;
  name(graph, facts);
  return finish_check(report, facts, 1, arguments);
}

int solve_pose_graph(PoseGraph graph, const SolveArguments& given, double read_seconds) {
  Stopwatch watch;
  given.options.validate();
  refuse(graph.file, given, of_every_graph);
  const Loss loss = given.loss.value_or(Loss());
  const InitializationReport start = initialize(graph, given.initialization.value_or(Initialization::automatic), loss);
  const double start_seconds = watch.lap();
  const Problem problem = build_problem(graph, loss);
  const SolveArguments arguments = with_damping(given, start.used);
  refuse(graph.file, problem, given);
  SolveRun run(graph.file, arguments);
  Report report = begin_report(problem, arguments);
  name(graph, report.problem);
  report.pose_graph = summary_of(graph, start, start_seconds);
  report.seconds.read = read_seconds;
  report.seconds.build = start_seconds + watch.lap();
  run.solve(problem, report);
  report.result.notes.insert(report.result.notes.begin(), graph.warnings.begin(), graph.warnings.end());
  if (!arguments.report.empty() && report.result.status != Status::non_finite_start)
    report.pose_graph->picture = picture_of(graph, with_solution(graph, report.result.x));
  if (arguments.json_parameters)
    for (std::size_t i = 0; i < report.result.x.size(); ++i) {
      ParameterStatistics& p = report.statistics.parameters.emplace_back();
      p.name = problem.parameter_name(static_cast<std::int64_t>(i));
      p.value = report.result.x[i];
    }
  const Compression compression = compression_of(arguments.output);
  return run.finish(report, [&] { return write_g2o(with_solution(std::move(graph), report.result.x), compression); });
}

}  // namespace thalweg::tool
