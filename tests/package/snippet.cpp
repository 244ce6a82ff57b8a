#include <cstdio>
#include <thalweg/thalweg.hpp>
#include <vector>

int main() {
  const std::vector<double> t = {0, 1, 2, 3, 4, 5}, y = {5.1, 3.2, 1.9, 1.3, 0.7, 0.5};
  thalweg::Problem problem;
  auto p = problem.add_parameters("p", thalweg::Vec<double, 2>{1.0, 1.0});
  problem.add_residuals(
      "decay", [](const auto& q, double ti, double yi) { return q[0] * exp(-q[1] * ti) - yi; }, p, t, y);
  auto result = thalweg::solve(problem);
  auto errors = thalweg::statistics(problem, result);
  for (const auto& e : errors.parameters) std::printf("%s = %.6f +- %.6f\n", e.name.c_str(), e.value, e.standard_error);
  return result.converged() ? 0 : 1;
}
