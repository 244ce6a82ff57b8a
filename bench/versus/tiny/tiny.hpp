// Small fits one after the other in a program's own loop: thalweg::tiny beside Ceres's TinySolver, and what a solve
// costs besides its evaluations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace versus {

/// One contender on one problem, on one thread.
struct TinyRun {
  std::string problem, solver, setting;
  std::int64_t fits = 0;
  double iterations = 0.0;           ///< mean of a fit, as the solver counts them
  double seconds = 0.0;              ///< of all fits, chunk by chunk the least of the repeats
  double evaluating = 0.0;           ///< seconds of as many evaluations of residuals and derivatives into arrays, alone
  double within = 0.0;               ///< share of fits within 1e-6 of the least cost that any contender found
  std::vector<double> squares = {};  ///< Σr² of each fit at the end
  double ns_per_fit() const { return 1e9 * seconds / static_cast<double>(fits); }
  double ns_besides() const { return 1e9 * (seconds - evaluating) / static_cast<double>(fits); }
};

/// Names: exponential-2, exponential-3, gaussian-5x5; empty: all. Throws std::runtime_error for another.
std::vector<TinyRun> run_tiny(const std::vector<std::string>& names, int repeat);

std::string tiny_table(const std::vector<TinyRun>& runs);
std::string tiny_json(const std::vector<TinyRun>& runs);

}  // namespace versus
