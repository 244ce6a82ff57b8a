#include <cstdio>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/thalweg.hpp>

int main(int argc, char** argv) {
  using namespace thalweg;
  PoseGraph graph =
      argc > 1 ? read_pose_graph(argv[1]) : generate_pose_graph({.kind = PoseGraphOptions::Kind::garage, .poses = 300});
  initialize(graph, Initialization::automatic);
  const Problem problem = build_problem(graph, Loss::huber(3.0));
  const Result result = solve(problem, {.initial_damping = 1e-8});
  const std::string solved = write_g2o(with_solution(graph, result.x));
  std::printf("%s, cost %g, a file of %zu bytes\n", result.reason.c_str(), result.final_cost, solved.size());
  return result.converged() ? 0 : 1;
}
