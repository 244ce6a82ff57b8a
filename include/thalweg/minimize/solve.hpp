// The front door: solve(problem, options).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <thalweg/minimize/box.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

class LinearSolver;
class System;

/// Minimises ½ Σ ρ(‖r(x)‖²), ρ each group's loss, without losses ½‖r(x)‖², from the problem's start. How it ended is in
/// the result's status; Error is thrown only for misuse: options that validate() refuses, a problem without residuals
/// or without free parameters.
///
/// Under constraints (Problem::add_equality) from a start that need not satisfy them, by Options::constrained. The
/// augmented Lagrangian minimises F(x) + ½ μ Σ (c + λ/μ)² over the equalities and + ½ μ Σ max(0, c + λ/μ)² over the
/// inequalities, with rows √μ (c + λ/μ) beside the residuals; then λ ← λ + μ c, ≥ 0 of inequalities, and μ grows
/// tenfold where the violation did not fall to a quarter (Powell 1969; Hestenes 1969; Rockafellar 1973; Birgin &
/// Martínez 2014, algorithm 4.1; Nocedal & Wright 2006, section 17.4). Where violations no longer fall, ½‖violations‖²
/// alone is minimised: a positive minimum says that the constraints contradict each other there, and which. Methods
/// that live on residuals neglect λ ∇²c, which is not small where a curved constraint is active: small dense problems
/// are solved by Method::newton in their place.
Result solve(const Problem& problem, const Options& options = {});
/// The same from another start.
Result solve(const Problem& problem, std::vector<double> start, const Options& options);

/// Minimises F from `start`, inside the box. Throws Error for a method that needs residuals, and as solve does.
Result minimize(const Objective& objective, std::vector<double> start, const Options& options = {},
                const Box& box = {});

/// Minimises what a system of your own holds (thalweg/extend/system.hpp), from `start`, its restarts included. Throws
/// Error for a method that does not live on residuals, for Options::graduated, and as solve does.
Result minimize(System& system, std::vector<double> start, const Options& options = {});

/// As solve(), for repeated solves of one structure: new starts, other options, other data and σ of the same shape
/// (ResidualGroup::set_data, set_sigma). Buffers are kept: a solve allocates its result and a few vectors whose number
/// does not depend on the data; results are the bits of solve(). The problem must outlive the solver. Where it changed
/// otherwise since (Problem::revision) the solver refuses by Error.
class Solver {
 public:
  /// `pinned`: components of x to be kept at their start, besides those that the problem fixes.
  explicit Solver(const Problem& problem, std::span<const std::int64_t> pinned = {});
  ~Solver();
  Solver(Solver&&) noexcept;

  /// Solves the linear systems of every descent that follows by `own`, which sees the whole Jacobian and must outlive
  /// the solver. The polish and the verification of claims have factors of their own. Those descents refuse, by Error,
  /// methods that do not live on residuals and Options::linear_solver other than automatic.
  void use(LinearSolver& own);

  /// From the problem's start.
  Result solve(const Options& options = {});
  /// From x (all components).
  Result solve_from(std::vector<double> x, const Options& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg::inline v0_1
