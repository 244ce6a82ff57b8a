#include <thalweg/minimize/solve.hpp>

#include <algorithm>

#include <fmt/format.h>
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
  std::vector<double> start(Result& result) const;
  void retry(const Options& options, LinearSolver& linear, Stopwatch& clock, Result& result);

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
std::vector<double> Solver::Impl::start(Result& result) const {
  const Problem& problem = program.problem();
  std::vector<double> x = problem.start();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool pinned = problem.lower()[i] == problem.upper()[i];
    const double inside = std::clamp(x[i], problem.lower()[i], problem.upper()[i]);
    if (inside == x[i]) continue;
    if (!pinned)
      result.notes.push_back(fmt::format("the start {} of {} was moved to its bound {}", x[i],
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
  std::vector<double> x = impl_->start(result);
  clock.charge(result.seconds.setup);
  impl_->loop.run(std::move(x), linear, *strategy, options, clock, result);
  if (result.status == Status::stalled && options.retry && options.method == Method::levenberg_marquardt)
    impl_->retry(options, linear, clock, result);
  double rest = 0.0;
  clock.charge(rest);
  result.seconds.total = clock.elapsed();
  return result;
}

/// A descent with Moré's scaling can be carried onto a plateau where a parameter has lost all influence; Levenberg's
/// scaling rarely takes the same road.
void Solver::Impl::retry(const Options& options, LinearSolver& linear, Stopwatch& clock, Result& result) {
  Options second = options;
  second.method = Method::levenberg;
  const double initial_cost = result.initial_cost;
  Result first = result;
  const auto strategy = make_strategy(second);
  std::vector<std::string> unused;
  loop.run(start(result), linear, *strategy, second, clock, result);
  result.initial_cost = initial_cost;
  const bool better = result.converged() || result.final_cost < first.final_cost;
  first.notes.push_back(fmt::format("stalled ({}); a second descent with Levenberg's scaling {}", first.reason,
                                    better ? "went on from the start" : "did no better"));
  result.notes = first.notes;
  if (better) return;
  result.status = first.status;
  result.reason = first.reason;
  result.x = first.x;
  result.final_cost = first.final_cost;
}

Result solve(const Problem& problem, const Options& options) { return Solver(problem).solve(options); }

}  // namespace thalweg
