#include "graphs.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/pose_graph.hpp>

#include "peers/ceres_graph.hpp"

namespace versus {
namespace {

using Clock = std::chrono::steady_clock;

thalweg::PoseGraph graph_of(const std::string& name) {
  if (!is_generated_graph(name)) return thalweg::read_pose_graph(name);
  const std::size_t colon = name.find(':');
  thalweg::PoseGraphOptions options;
  options.kind = thalweg::parse_pose_graph_kind(name.substr(0, colon));
  options.poses = std::stol(name.substr(colon + 1));
  return thalweg::generate_pose_graph(options);
}

/// As the command chooses.
thalweg::Method method_from(thalweg::Initialization start) {
  return start == thalweg::Initialization::file ? thalweg::Method::gauss_newton : thalweg::Method::dogleg;
}

/// `seconds_before`: what the start took.
Descent ours(const thalweg::PoseGraph& graph, const std::string& setting, thalweg::Method method, double seconds_before,
             int threads, const DescentLimits& limits) {
  const Clock::time_point begin = Clock::now();
  const thalweg::Problem problem = thalweg::build_problem(graph);
  thalweg::Solver solver(problem);
  const double built = std::chrono::duration<double>(Clock::now() - begin).count();
  thalweg::Options options;
  options.threads = threads;
  options.method = method;
  options.max_iterations = limits.max_iterations;
  options.time_limit = limits.seconds;
  options.function_tolerance = options.gradient_tolerance = options.step_tolerance = 1e-16;
  options.callback = [&](const thalweg::IterationRecord& record) {
    return record.cost <= limits.cost ? thalweg::Action::stop : thalweg::Action::proceed;
  };
  const thalweg::Result result = solver.solve(options);
  Descent descent;
  descent.solver = "Thalweg";
  descent.setting = setting;
  descent.threads = threads;
  for (const thalweg::IterationRecord& record : result.trace)
    descent.course.push_back({seconds_before + built + record.seconds, record.cost});
  return descent;
}

/// From the start that is worked out.
Descent ours_from_scratch(thalweg::PoseGraph graph, int threads, const DescentLimits& limits) {
  const Clock::time_point begin = Clock::now();
  const thalweg::InitializationReport start = thalweg::initialize(graph, thalweg::Initialization::automatic);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return ours(graph, "start: " + std::string(to_string(start.used)), method_from(start.used), seconds, threads, limits);
}

/// Whether the file says where every pose begins.
bool is_complete(const thalweg::PoseGraph& graph) {
  return graph.pose_given == std::vector<char>(graph.pose_given.size(), 1);
}

thalweg::PoseGraph at_our_start(thalweg::PoseGraph graph) {
  thalweg::initialize(graph, thalweg::Initialization::automatic);
  return graph;
}

/// The cost that the best of all descents comes to, to stop the others there.
double best_cost(const std::string& name, const DescentLimits& limits) {
  double best = std::numeric_limits<double>::infinity();
  for (const char* contender : {"thalweg", "thalweg-file"}) {
    const Descent d = in_own_process({contender, name, 1, limits});
    if (!d.course.empty()) best = std::min(best, d.final_cost());
  }
  return best;
}

}  // namespace

bool is_generated_graph(const std::string& name) { return name.starts_with("city:") || name.starts_with("garage:"); }

bool is_graph(const std::string& name) {
  return is_generated_graph(name) || (std::filesystem::is_regular_file(name) && thalweg::looks_like_pose_graph(name));
}

Descent graph_descent(const Entry& entry) {
  thalweg::PoseGraph graph = graph_of(entry.problem);
  if (entry.contender == "thalweg") {
    begin_counting_memory(entry.limits);
    return ours_from_scratch(std::move(graph), entry.threads, entry.limits);
  }
  const bool given = entry.contender.ends_with("-started");
  if (given || !is_complete(graph)) graph = at_our_start(std::move(graph));
  begin_counting_memory(entry.limits);
  if (entry.contender == "thalweg-file")
    return ours(graph, "start: file", method_from(thalweg::Initialization::file), 0.0, entry.threads, entry.limits);
  const CeresSparse library =
      entry.contender.starts_with("ceres-suite") ? CeresSparse::suite_sparse : CeresSparse::eigen;
  const bool wide = entry.contender.find("-wide") != std::string::npos;
  Descent descent = ceres_graph(graph, library, wide, entry.threads, entry.limits);
  if (wide) descent.setting += ", undamped";
  if (given) descent.setting += ", our start";
  return descent;
}

std::vector<Race> run_graphs(const std::vector<std::string>& names, int threads, const DescentLimits& limits) {
  std::vector<Race> races;
  for (const std::string& name : names) {
    const std::string short_name = is_generated_graph(name) ? name : std::filesystem::path(name).filename().string();
    const bool complete = is_complete(graph_of(name));
    DescentLimits until = limits;
    until.cost = best_cost(name, limits) * (1.0 + 0.5e-6);
    std::vector<int> counts = {1};
    if (threads > 1) counts.push_back(threads);
    Race from_file{short_name + ", from the file's start", until.cost, {}},
        own{short_name + ", from each one's best start", until.cost, {}};
    for (const int n : counts) {
      std::fprintf(stderr, "%s: %d thread%s\n", short_name.c_str(), n, n > 1 ? "s" : "");
      const auto descend = [&](const char* contender) { return in_own_process({contender, name, n, until}); };
      own.descents.push_back(descend("thalweg"));
      if (complete) from_file.descents.push_back(descend("thalweg-file"));
      for (const std::string library : {"ceres-suite-sparse", "ceres-suite-sparse-wide", "ceres-eigen"}) {
        if (complete) {
          from_file.descents.push_back(descend(library.c_str()));
          own.descents.push_back(from_file.descents.back());
        }
        own.descents.push_back(descend((library + "-started").c_str()));
      }
    }
    for (Race* race : {&from_file, &own}) {
      for (const Descent& d : race->descents)
        if (!d.course.empty()) race->best_cost = std::min(race->best_cost, d.final_cost());
      if (!race->descents.empty()) races.push_back(std::move(*race));
    }
  }
  return races;
}

}  // namespace versus
