// Separable problems: each group of residuals by itself, brought to agree.
#pragma once

#include <cstdint>
#include <limits>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/proximable.hpp>

namespace thalweg::inline v0_1 {

struct AdmmOptions {
  double penalty = std::numeric_limits<double>::quiet_NaN();  ///< ρ at the start; NaN: the mean of JᵀJ's diagonal there
  double over_relaxation = 1.6;                               ///< between 1, none, and 2
  double tolerance = 1e-9;                                    ///< of both residuals, beside the sizes of x and of ρu
  std::int64_t max_iterations = 20000;                        ///< of the whole; each solves once for every group

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// Minimises Σ_g F_g(x) + h(x) within the bounds, F_g the cost of group g: the alternating direction method of
/// multipliers. Each group has an x of its own, x_g ← argmin F_g(x) + ½ρ‖x − z + u_g‖², side by side; z is the mean of
/// x_g + u_g over the groups that read a component, then prox of h, or the projection on the bounds; u_g ← u_g + x_g −
/// z (Glowinski & Marrocco 1975; Boyd, Parikh, Chu, Peleato & Eckstein 2011, sections 3.4 and 7.2). With one group and
/// h = α‖x‖₁ that is the lasso, with several and no h consensus over data sets, none of which sees another's rows. It
/// converges for convex F_g, slowly to many digits; for others it is a heuristic.
///
/// `h`, if any, is not to be null outside the bounds: the problem must have none then. `options` are those of the
/// solves of the groups, but for threads, time_limit, interrupt and callback, which are those of the whole. The trace's
/// costs are F(z) + h(z). Converged: the residuals of agreement are within the tolerance, and z − prox(z − ∇F(z)/L), L
/// the trace of JᵀJ at the start, is at most √tolerance beside z or √(2F/L), and that step is taken. Throws Error as
/// solve() does, for blocks on manifolds, for constraints, and for bounds beside h.
Result admm(const Problem& problem, const Proximable* h = nullptr, const Options& options = {},
            const AdmmOptions& admm = {});

}  // namespace thalweg::inline v0_1
