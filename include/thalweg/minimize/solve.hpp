// The front door: solve(problem, options).
#pragma once

#include <memory>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg {

/// Minimises ½ Σ ρ(‖r(x)‖²), ρ each group's loss, without losses ½‖r(x)‖², from the problem's start. How it ended is in
/// the result's status; Error is thrown only for misuse: options that validate() refuses, a problem without residuals
/// or without free parameters.
Result solve(const Problem& problem, const Options& options = {});

/// The same for repeated solves of one structure (new starts by Problem::set_start, other options): buffers are kept.
/// The problem must outlive the solver, and must not gain groups or parameters, nor change what is fixed or a
/// loss.
class Solver {
 public:
  explicit Solver(const Problem& problem);
  ~Solver();
  Solver(Solver&&) noexcept;

  Result solve(const Options& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg
