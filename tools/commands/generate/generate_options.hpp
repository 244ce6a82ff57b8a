// The options of thalweg generate: each kind of problem has its own.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/arguments.hpp"
#include "commands/solve_options.hpp"

namespace thalweg::tool {

/// The words that may stand behind `generate`.
inline const std::vector<std::string> generated_kinds = {"bundle", "pose-graph"};

void add_bundle(CLI::App& app, Raw& raw, GenerateArguments& generate);
void add_pose_graph_generator(CLI::App& app, Raw& raw, GenerateArguments& generate);

/// Puts the values together for the kind that was chosen. Throws UsageError.
void finish_generate(const CLI::App& chosen, const Raw& raw, GenerateArguments& generate);

}  // namespace thalweg::tool
