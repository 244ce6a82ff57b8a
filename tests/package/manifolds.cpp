#include <cstdio>
#include <thalweg/thalweg.hpp>

int main() {
  using namespace thalweg;
  Problem problem;
  auto poses = problem.add_parameters("pose", SE2{}, 4);  // x, y, heading; SE3 is used alike
  problem.fix(poses[0]);
  const std::vector<Vec<double, 3>> measured = {{1.02, 0, 1.5}, {0.98, 0.1, 1.6}, {1, 0, 1.57}, {1.01, -0.1, 1.6}};
  const auto relative = [](const auto& a, const auto& b, const auto& m) { return (boxminus<SE2>(b, a) - m).eval(); };
  problem.add_residuals("odometry", relative, poses[{0, 1, 2, 3}], poses[{1, 2, 3, 0}], measured);
  const Result result = solve(problem);
  std::printf("the last pose has the heading %.4f\n", result[poses[3]][2]);
  return result.converged() ? 0 : 1;
}
