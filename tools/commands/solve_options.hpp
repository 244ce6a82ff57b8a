// The options of a solve, as the command line gives them and as the verbs want them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/arguments.hpp"

namespace thalweg::tool {

/// Values as read, before they are put together.
struct Raw {
  std::optional<double> function_tolerance, gradient_tolerance, step_tolerance, time_limit;
  std::optional<int> threads, start, restarts, multistart, memory;
  std::optional<std::int64_t> max_iterations, epochs, batch_size;
  std::optional<int> patience;
  std::optional<std::uint64_t> seed;
  bool detect_linear = false, no_projection = false;
  bool fast = false, no_polish = false, acceleration = false, no_acceleration = false;
  std::string noise, intervals, decimal, percent, missing;
  std::vector<std::string> starts, lower, upper, fix, columns;
  std::optional<double> rate, clip_norm, clip_value;
  std::vector<std::string> constants;
  bool schedule_given = false;
  std::optional<double> distance, budget;
  std::vector<std::string> methods, points;
  std::optional<int> cameras;
  std::optional<std::int64_t> world_points;
  std::optional<double> observations_per_point, noise_level, drift;
  std::optional<std::int64_t> poses;
  std::optional<double> translation_noise, rotation_noise, false_closures;
  PoseGraphOptions::Kind pose_graph_kind = PoseGraphOptions::Kind::city;
};

void add_stopping(CLI::App& app, Raw& raw);
void add_method(CLI::App& app, Raw& raw, SolveArguments& solve);
/// What the second-order methods and their parts may be told.
void add_method_details(CLI::App& app, Raw& raw, SolveArguments& solve);
/// Of first-order methods.
void add_training(CLI::App& app, Raw& raw, SolveArguments& solve);
/// When it ends by itself.
void add_training_limits(CLI::App& app, Raw& raw);
void add_results(CLI::App& app, Raw& raw, SolveArguments& solve);
/// Which of the file's starts.
void add_start(CLI::App& app, Raw& raw);

/// Of pose graphs.
void add_pose_graph(CLI::App& app, SolveArguments& solve);

/// Puts the values together, and refuses what the method would not heed. Throws UsageError for those that contradict
/// each other.
void finish_options(const Raw& raw, SolveArguments& solve);

}  // namespace thalweg::tool
