#include <thalweg/studies/orthogonal_start.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>
#include <thalweg/problem/same_group.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::int64_t most_iterations = 50;
constexpr double near_enough = 1e-4;  // relative change of the cost

double cost_at(const CurveProblem& built, const std::vector<double>& x, int threads) {
  const Problem residuals = relaxed(built.problem);
  const Program program(residuals);
  AlignedArray residual(program.rows());
  return program.evaluate(x.data(), residual.data(), threads);
}

}  // namespace

std::vector<double> orthogonal_start(const CurveFit& fit, const CurveProblem& built, const Options& options) {
  const std::vector<double> start = built.problem.start();
  CurveFit ordinary = fit;
  for (DataSet& data : ordinary.data) {
    if (Equation::parse(data.equation).response.names().empty()) return start;
    data.input_errors.clear();
    data.correlation.clear();
  }
  CurveProblem problem = build_problem(ordinary);
  Options quick;
  quick.threads = options.threads;
  quick.time_limit = options.time_limit;
  quick.interrupt = options.interrupt;
  quick.max_iterations = std::min(most_iterations, options.max_iterations);
  quick.function_tolerance = near_enough;
  quick.restarts = 0;
  const Result found = Solver(problem.problem).solve_from(start, quick);
  const bool moved = std::all_of(found.x.begin(), found.x.end(), [](double v) { return std::isfinite(v); });
  if (!moved || found.x.size() != start.size()) return start;
  return cost_at(built, found.x, options.threads) < cost_at(built, start, options.threads) ? found.x : start;
}

}  // namespace thalweg::inline v0_1
