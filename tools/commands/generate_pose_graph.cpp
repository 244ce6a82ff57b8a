// thalweg generate pose-graph.
#include <cstdio>

#include <fmt/format.h>

#include <thalweg/models/pose_graph.hpp>
#include <thalweg/report/text.hpp>

#include "cli/output_file.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {

int generate_pose_graph_file(const GenerateArguments& arguments) {
  OutputFile file("--output", arguments.output);
  const PoseGraph graph = generate_pose_graph(arguments.pose_graph);
  const std::string text = write_g2o(graph, compression_of(arguments.output));
  file.commit(text);
  if (arguments.quiet) return exit_converged;
  std::string line =
      fmt::format("{}: {} poses of {}, {} edges, {} bytes\n", printable(arguments.output), graph.pose_count(),
                  graph.kind == PoseGraph::Kind::se2 ? "the plane" : "space", graph.edges.count(), text.size());
  // Where the errors are those that the information speaks of, χ² is near its degrees of freedom.
  const PoseGraphOptions& o = arguments.pose_graph;
  if (o.false_closures == 0.0 && o.translation_noise > 0.0 && o.rotation_noise > 0.0)
    line +=
        fmt::format("the cost of the solution is near {:.6g}\n",
                    0.5 * static_cast<double>((graph.edges.count() - graph.pose_count() + 1) * graph.tangent_size()));
  std::fputs(line.c_str(), stdout);
  return exit_converged;
}

}  // namespace thalweg::tool
