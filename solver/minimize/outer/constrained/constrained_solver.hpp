// Solves of one problem under its constraints.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {

/// What Solver does for a problem that has constraints: the same contract. Buffers of the augmented problem are kept.
class ConstrainedSolver {
 public:
  ConstrainedSolver(const Problem& problem, std::span<const std::int64_t> pinned);
  ~ConstrainedSolver();

  /// Of every augmented problem; null: the options' own.
  void use(LinearSolver* own);
  /// From x, inside the bounds and on its manifolds.
  Result solve(std::vector<double> x, const Options& options);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg::inline v0_1
