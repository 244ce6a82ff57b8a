#include <thalweg/distributed/solve.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <distributed/distributed_system.hpp>
#include <fmt/format.h>
#include <thalweg/base/parallel.hpp>
#include <thalweg/minimize/solve.hpp>

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
  if (options.graduated) throw Error("graduated losses are not among distributed solves; expected graduated to be false");
  if (options.record_points) throw Error("points of the trace are spread over processes; expected record_points false");
}

/// Threads of one process: its part of the processors of its machine, and no more than it may use.
int threads_of(int requested, const Communicator& communicator) {
  if (requested > 0) return resolve_threads(requested);
  return std::max(1, usable_processors() / communicator.on_this_machine());
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
  throw Error(fmt::format("unknown linear solver '{}' of a distributed solve; expected automatic, implicit-schur or mumps",
                          name));
}

DistributedResult solve_distributed(const Communicator& communicator, const Share& share, const Options& options,
                                    const DistributedOptions& how) {
  return solve_distributed(communicator, share, share.problem.start(), options, how);
}

DistributedResult solve_distributed(const Communicator& communicator, const Share& share, std::vector<double> start,
                                    const Options& options, const DistributedOptions& how) {
  communicator.together([&] { refuse(options); });
  Options own = options;
  own.threads = threads_of(options.threads, communicator);
  // Looked at by process 0 alone: clocks differ, and the processes must stop at the same iteration.
  own.time_limit = std::numeric_limits<double>::infinity();
  own.interrupt = nullptr;
  DistributedSystem system(communicator, share, how, own.threads);
  Status stopped = Status::interrupted;
  own.callback = [&](const IterationRecord& record) {
    if (how.observe) how.observe(record, system.x());
    double stop = 0.0;
    if (communicator.rank() == 0) {
      if (options.callback && options.callback(record) == Action::stop) stop = 1.0;
      if (options.interrupt && options.interrupt->load(std::memory_order_relaxed)) stop = 2.0;
      if (record.seconds >= options.time_limit) stop = 3.0;
    }
    stop = communicator.max(stop);
    if (stop == 3.0) stopped = Status::time_limit;
    return stop > 0.0 ? Action::stop : Action::proceed;
  };
  DistributedResult found;
  communicator.together([&] { share.problem.settle(start); });
  found.result = minimize(system, std::move(start), own);
  if (found.result.status == Status::interrupted) {
    found.result.status = stopped;
    found.result.reason =
        stopped == Status::time_limit ? fmt::format("the limit of {:.3g} s is reached", options.time_limit) : "on request";
  }
  found.inner_iterations = system.equations().inner_iterations();
  found.ghosts = communicator.sum(system.equations().halo().ghosts());
  found.residuals = share.problem.residual_count();
  found.traffic = communicator.traffic();
  return found;
}

}  // namespace thalweg::inline v0_1
