// Solves by several processes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <thalweg/distributed/communicator.hpp>
#include <thalweg/distributed/share.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// What solves the linear systems.
enum class DistributedSolver {
  automatic,       ///< implicit_schur
  implicit_schur,  ///< Krylov methods on products, never forming the reduced system; block Jacobi. Where no process has
                   ///< blocks of its own, products with JᵀJ
  mumps,           ///< the reduced system assembled and factored by MUMPS
};
std::string_view to_string(DistributedSolver);
/// Throws Error that lists what there is.
DistributedSolver parse_distributed_solver(std::string_view);

struct DistributedOptions {
  DistributedSolver solver = DistributedSolver::automatic;
  /// Of an iterative linear solver: how much of the residual, in the norm of the preconditioner, may be left at first,
  /// and at least. It falls with the gradient.
  double loosest = 0.1, tightest = 1e-3;
  /// Called in every process after every iteration, with the point of this process; for checkpoints. Collective.
  std::function<void(const IterationRecord&, const std::vector<double>&)> observe = {};
};

struct DistributedResult {
  Result result;                      ///< x: of this process' blocks; all else the same in every process
  std::int64_t inner_iterations = 0;  ///< of the iterative linear solver
  std::int64_t ghosts = 0;            ///< copies of shared blocks in all processes
  std::int64_t residuals = 0;         ///< components in this process
  Traffic traffic;                    ///< of this process, during the solve
};

/// Minimises ½ Σ ρ(‖r‖²) over the shares of all processes by levenberg_marquardt or levenberg. Time limit and
/// interrupt are looked at after each iteration, in process 0. Throws CollectiveError for options that do not fit:
/// another method or damping by a radius, bounds, graduated losses. Collective.
DistributedResult solve_distributed(const Communicator& communicator, const Share& share, const Options& options,
                                    const DistributedOptions& how = {});
/// From `start`, this process' numbers, instead of the problem's own.
DistributedResult solve_distributed(const Communicator& communicator, const Share& share, std::vector<double> start,
                                    const Options& options, const DistributedOptions& how = {});

}  // namespace thalweg::inline v0_1
