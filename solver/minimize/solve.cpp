#include <thalweg/minimize/solve.hpp>

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <minimize/graduated.hpp>
#include <minimize/stopwatch.hpp>
#include <minimize/trust_region.hpp>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/math/parallel.hpp>

namespace thalweg {

struct Solver::Impl {
  explicit Impl(const Problem& p) : program(p), loop(program) {
    if (program.columns() == 0) throw Error("every parameter is fixed; expected at least one that may move");
  }
  LinearSolver& choose(LinearSolverKind kind, Result& result);
  std::vector<double> start(std::vector<std::string>& notes) const;
  std::vector<double> scatter(std::vector<double> x, std::mt19937_64& random) const;
  Ending restart(Ending best, const Options& options, LinearSolver& linear, Stopwatch& clock, Result& result);

  Program program;
  TrustRegion loop;
  DenseQr qr;
  DenseCholesky cholesky;
};

Solver::Solver(const Problem& problem) : impl_(std::make_unique<Impl>(problem)) {}
Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;

LinearSolver& Solver::Impl::choose(LinearSolverKind kind, Result& result) {
  LinearSolver& chosen = kind == LinearSolverKind::dense_cholesky ? static_cast<LinearSolver&>(cholesky) : qr;
  result.linear_solver = chosen.name();
  result.linear_solver_reason =
      kind == LinearSolverKind::automatic
          ? fmt::format("{} parameters: a dense factor is small, and QR keeps the most digits", program.columns())
          : "as requested";
  return chosen;
}

/// The problem's start, moved into the bounds; whoever had to be moved is noted.
std::vector<double> Solver::Impl::start(std::vector<std::string>& notes) const {
  const Problem& problem = program.problem();
  std::vector<double> x = problem.start();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool pinned = problem.lower()[i] == problem.upper()[i];
    const double inside = std::clamp(x[i], problem.lower()[i], problem.upper()[i]);
    if (inside == x[i]) continue;
    if (!pinned)
      notes.push_back(fmt::format("the start {} of {} was moved to its bound {}", x[i],
                                  problem.parameter_name(static_cast<std::int64_t>(i)), inside));
    x[i] = inside;
  }
  return x;
}

Result Solver::solve(const Options& options) {
  options.validate();
  Stopwatch clock;
  Result result;
  result.threads = resolve_threads(options.threads);
  LinearSolver& linear = impl_->choose(options.linear_solver, result);
  const auto strategy = make_strategy(options);
  std::vector<double> x = impl_->start(result.notes);
  clock.charge(Stopwatch::setup);
  Ending ending = options.graduated
                      ? graduate(impl_->program, impl_->loop, std::move(x), linear, options, clock, result)
                      : impl_->loop.run(std::move(x), linear, *strategy, options, clock, result);
  if (!options.graduated && !result.trace.empty()) result.initial_cost = result.trace.front().cost;
  if (ending.status == Status::stalled && options.restarts > 0 && options.method == Method::levenberg_marquardt)
    ending = impl_->restart(std::move(ending), options, linear, clock, result);
  result.status = ending.status;
  result.reason = std::move(ending.reason);
  result.x = std::move(ending.x);
  result.final_cost = ending.cost;
  clock.report(result.seconds);
  return result;
}

/// A start nearby in the sense of its scale: each free number × exp(½ N(0, 1)), or ½ N(0, 1) where it is zero.
std::vector<double> Solver::Impl::scatter(std::vector<double> x, std::mt19937_64& random) const {
  std::normal_distribution<double> normal;
  const Problem& problem = program.problem();
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(j));
    const double draw = 0.5 * normal(random);
    x[i] = std::clamp(x[i] != 0.0 ? x[i] * std::exp(draw) : draw, problem.lower()[i], problem.upper()[i]);
  }
  return x;
}

/// A descent can be carried onto a plateau where a parameter has lost all influence, or start on one. Levenberg's
/// scaling rarely takes the same road; scattered starts find another valley. The lowest end counts.
Ending Solver::Impl::restart(Ending best, const Options& options, LinearSolver& linear, Stopwatch& clock,
                             Result& result) {
  const std::string stall = best.reason;
  std::mt19937_64 random(options.seed);
  std::vector<std::string> moved;
  int attempts = 0;
  for (bool going = true; going && attempts < options.restarts && best.status == Status::stalled;) {
    Options other = options;
    std::vector<double> x = start(moved);
    if (++attempts == 1)
      other.method = Method::levenberg;
    else
      x = scatter(std::move(x), random);
    const auto strategy = make_strategy(other);
    Ending ending = loop.run(std::move(x), linear, *strategy, other, clock, result);
    going = ending.status == Status::converged || ending.status == Status::stalled ||
            ending.status == Status::non_finite_start;
    const Status status = ending.status;
    const std::string reason = ending.reason;
    if (ending.cost < best.cost) best = std::move(ending);
    if (!going) {  // a limit, or a request to stop: said whichever point is the best
      best.status = status;
      best.reason = reason;
    }
  }
  result.notes.push_back(fmt::format("the descent from the start stalled ({}); of {} more {}", stall, attempts,
                                     best.status == Status::converged ? "the last is reported" : "none converged"));
  return best;
}

Result solve(const Problem& problem, const Options& options) { return Solver(problem).solve(options); }

}  // namespace thalweg
