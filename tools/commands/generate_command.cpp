// thalweg generate: problems of a given size and seed.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/report/text.hpp>

#include "cli/output_file.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

int generate_bundle_file(const GenerateArguments& arguments) {
  OutputFile file("--output", arguments.output);
  const Bundle bundle = generate_bundle(arguments.bundle);
  const std::string text = write_bal(bundle, compression_of(arguments.output));
  file.commit(text);
  if (arguments.quiet) return exit_converged;
  const auto points = static_cast<double>(bundle.point_count());
  // The residuals' dimensions less the parameters, and the seven that nothing fixes, times σ²/2.
  const double freedom = 2.0 * static_cast<double>(bundle.observation_count()) -
                         9.0 * static_cast<double>(bundle.camera_count()) - 3.0 * points + 7.0;
  const double noise = arguments.bundle.noise;
  const std::string line = fmt::format(
      "{}: {}, {}, {} ({:.2f} of each point), {} bytes\n"
      "with noise of {} pixels the cost of the solution is near {:.6g}\n",
      printable(arguments.output), counted(bundle.camera_count(), "camera"), counted(bundle.point_count(), "point"),
      counted(bundle.observation_count(), "observation"), static_cast<double>(bundle.observation_count()) / points,
      text.size(), noise, 0.5 * noise * noise * std::max(0.0, freedom));
  std::fputs(line.c_str(), stdout);
  return exit_converged;
}

}  // namespace

int generate_command(const GenerateArguments& arguments) {
  return arguments.what == "pose-graph" ? generate_pose_graph_file(arguments) : generate_bundle_file(arguments);
}

}  // namespace thalweg::tool
