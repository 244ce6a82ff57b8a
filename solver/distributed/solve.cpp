#include <thalweg/distributed/solve.hpp>

#include <utility>

#include <fmt/format.h>
#include <distributed/distributed_system.hpp>
#include <distributed/together.hpp>

namespace thalweg::inline v0_1 {
namespace {

void refuse(const Options& options) {
  options.validate();
  if (options.method != Method::levenberg_marquardt && options.method != Method::levenberg)
    throw Error(fmt::format("--method {} is not one of distributed solves; expected levenberg-marquardt or levenberg",
                            to_string(options.method)));
  if (options.damping == Damping::radius)
    throw Error("damping by a radius is not one of distributed solves; expected nielsen or marquardt");
  if (options.linear_solver != LinearSolverKind::automatic)
    throw Error(fmt::format("--linear-solver {} is one of a single process; expected implicit-schur or mumps",
                            to_string(options.linear_solver)));
  if (options.graduated)
    throw Error("graduated losses are not among distributed solves; expected graduated to be false");
  if (options.record_points) throw Error("points of the trace are spread over processes; expected record_points false");
}

}  // namespace

std::string_view to_string(DistributedSolver solver) {
  switch (solver) {
    case DistributedSolver::implicit_schur:
      return "implicit-schur";
    case DistributedSolver::mumps:
      return "mumps";
    default:
      return "automatic";
  }
}

DistributedSolver parse_distributed_solver(std::string_view name) {
  for (const auto kind : {DistributedSolver::automatic, DistributedSolver::implicit_schur, DistributedSolver::mumps})
    if (to_string(kind) == name) return kind;
  throw Error(fmt::format(
      "unknown linear solver '{}' of a distributed solve; expected automatic, implicit-schur or mumps", name));
}

DistributedResult solve_distributed(const Communicator& communicator, const Share& share, const Options& options,
                                    const DistributedOptions& how) {
  return solve_distributed(communicator, share, share.problem.start(), options, how);
}

DistributedResult solve_distributed(const Communicator& communicator, const Share& share, std::vector<double> start,
                                    const Options& options, const DistributedOptions& how) {
  communicator.together([&] { refuse(options); });
  communicator.together([&] { share.problem.settle(start); });
  const Traffic before = communicator.traffic();
  DistributedSystem system(communicator, share, how, threads_of(options.threads, communicator));
  DistributedResult found;
  found.result = minimize_together(communicator, system, std::move(start), options, how);
  found.inner_iterations = system.equations().inner_iterations();
  found.ghosts = communicator.sum(system.equations().halo().ghosts());
  found.residuals = share.problem.residual_count();
  found.traffic = since(before, communicator.traffic());
  return found;
}

}  // namespace thalweg::inline v0_1
