// What solve() would use, known before anything is evaluated.
#pragma once

#include <string>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

/// Whether solve() works on blocks of JᵀJ, with a sparse linear solver; else on the whole of J.
bool solves_by_blocks(const Problem& problem, const Options& options);

struct SolvePlan {
  bool blocks = false;                ///< as above
  std::string linear_solver, reason;  ///< empty: the method has none
  double bytes = 0.0;                 ///< held at once, roughly, beside the data
};
/// Throws Error where solve() would for lack of memory, or for a linear solver that does not fit the problem.
SolvePlan plan_solve(const Problem& problem, const Options& options);

}  // namespace thalweg::inline v0_1
