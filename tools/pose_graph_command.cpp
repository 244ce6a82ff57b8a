// thalweg solve of pose graphs.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/problems/pose_graph.hpp>

#include "commands.hpp"
#include "solve_run.hpp"
#include "usage.hpp"

namespace thalweg::tool {
namespace {

/// What only other problems have.
void refuse(const PoseGraph& graph, const SolveArguments& a) {
  const std::pair<bool, const char*> options[] = {{a.detect_linear, "--detect-linear"},
                                                  {a.starts > 1, "--starts"},
                                                  {a.profile, "--intervals profile"},
                                                  {a.start > 1, "--start"}};
  for (const auto& [given, option] : options)
    if (given) throw UsageError(fmt::format("{} is for curve fits, and '{}' is a pose graph", option, graph.file));
  // Graduated non-convexity works on a dense Jacobian.
  constexpr std::int64_t most_columns = 3000;
  const std::int64_t columns =
      graph.pose_count() * graph.tangent_size() + graph.landmark_count() * graph.landmark_size();
  if (a.options.graduated && columns > most_columns)
    throw UsageError(fmt::format("--graduated needs a dense Jacobian, and '{}' has {} parameters; expected at most {}",
                                 graph.file, columns, most_columns));
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

}  // namespace

int solve_pose_graph(PoseGraph graph, const SolveArguments& given, double read_seconds) {
  Stopwatch watch;
  refuse(graph, given);
  given.options.validate();
  const Loss loss = given.loss.value_or(Loss());
  const InitializationReport start = initialize(graph, given.initialization.value_or(Initialization::automatic), loss);
  const double start_seconds = watch.lap();
  const Problem problem = build_problem(graph, loss);
  const SolveArguments arguments = with_damping(given, start.used);
  SolveRun run(graph.file, arguments);
  Report report = begin_report(problem, arguments);
  report.problem.name = std::filesystem::path(graph.file).filename().string();
  report.problem.title = "Pose graph";
  report.problem.source = graph.file;
  report.problem.kind = "pose graph";
  report.pose_graph = summary_of(graph, start, start_seconds);
  report.seconds.read = read_seconds;
  report.seconds.build = start_seconds + watch.lap();
  run.solve(problem, report);
  report.result.notes.insert(report.result.notes.begin(), graph.warnings.begin(), graph.warnings.end());
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
