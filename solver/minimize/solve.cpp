#include <thalweg/minimize/solve.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <math/memory.hpp>
#include <minimize/general.hpp>
#include <minimize/graduated.hpp>
#include <minimize/least_squares.hpp>
#include <minimize/plan.hpp>
#include <minimize/sparse/sparse_engine.hpp>
#include <minimize/trust_region.hpp>
#include <minimize/verification.hpp>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/math/cancellation.hpp>
#include <thalweg/math/parallel.hpp>

namespace thalweg {

namespace {

// Residual components of a problem below which threads cost more than they save.
constexpr std::int64_t least_for_threads = 20000;
// Of the scattered starts of restarts: the first of them, and from each to the next.
constexpr double narrowest_spread = 0.5, spread_growth = 1.2;

/// What solves with a dense Jacobian.
struct DenseEngine {
  DenseEngine(const Problem& problem, std::span<const std::int64_t> pinned) : program(problem, pinned), loop(program) {}
  LinearSolver& choose(LinearSolverKind kind, Result& result);
  std::vector<double> scatter(std::vector<double> x, double spread, std::mt19937_64& random) const;
  Ending restart(Ending best, const std::vector<double>& from, LinearSolver& linear, Journal& journal);
  Ending descend(std::vector<double> x, Journal& journal);
  Ending descend_generally(std::vector<double> x, Journal& journal);
  Influence influence_at(const std::vector<double>& x, Journal& journal);
  Finding verify(const std::vector<double>& x, bool exhausted, Influence& influence, Journal& journal);
  State& state_at(const std::vector<double>& x, int threads, Result& counts);

  Program program;
  TrustRegion loop;
  DenseQr qr;
  DenseCholesky cholesky;
  std::unique_ptr<State> state;        // of the claims of descents on a general objective
  std::unique_ptr<Verifier> verifier;
};

/// A start moved into the bounds; whoever had to be moved is noted.
std::vector<double> into_bounds(const Problem& problem, std::vector<double> x, std::vector<std::string>& notes) {
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

/// Before anything is allocated. What less than this takes is not worth finding out what there is.
void refuse_beyond_memory(const Problem& problem) {
  constexpr double always_there = 64e6;
  const std::int64_t rows = problem.residual_count();
  std::int64_t columns = 0;
  for (std::size_t i = 0; i < problem.start().size(); ++i) columns += problem.moves(static_cast<std::int64_t>(i));
  const double bytes = memory_of_solve(Options{}, rows, columns);
  if (bytes <= always_there) return;
  if (const double available = available_memory(); bytes > available)
    throw MemoryError(fmt::format(
        "a dense Jacobian of {} residuals and {} parameters needs {} of memory with its copies, and {} are available; "
        "expected a machine with more memory, fewer residuals or parameters, or a problem of many blocks, which the sparse "
        "linear solvers take",
        rows, columns, in_bytes(bytes), in_bytes(available)));
}

}  // namespace

/// One engine or both, each made when a solve first asks for it.
struct Solver::Impl {
  Impl(const Problem& p, std::span<const std::int64_t> pins)
      : problem(p), pinned(pins.begin(), pins.end()), sparse_by_itself(pinned.empty() && looks_sparse(p)) {
    // Misuse is said when the solver is made.
    if (nothing_moves(p, pinned)) return;
    sparse_by_itself ? static_cast<void>(sparse_engine()) : static_cast<void>(dense_engine());
  }
  DenseEngine& dense_engine() {
    if (!dense) {
      refuse_beyond_memory(problem);
      dense = std::make_unique<DenseEngine>(problem, pinned);
    }
    return *dense;
  }
  SparseEngine& sparse_engine() {
    if (!sparse) sparse = std::make_unique<SparseEngine>(problem);
    return *sparse;
  }
  /// After a descent that ended in the midst of something: cancelled, or for want of memory.
  void start_afresh() {
    dense.reset();
    sparse.reset();
  }
  bool goes_sparse(const Options& options) const {
    if (!needs_residuals(options.method)) return false;
    if (options.linear_solver == LinearSolverKind::automatic) return sparse_by_itself;
    return is_sparse(options.linear_solver);
  }
  Ending stay(std::vector<double> x, Journal& journal) const;
  Ending descend(std::vector<double> x, Journal& journal);
  Ending descend_by_blocks(std::vector<double> x, Journal& journal);
  Ending descend_densely(std::vector<double> x, Journal& journal);

  const Problem& problem;
  std::vector<std::int64_t> pinned;
  bool sparse_by_itself;
  std::unique_ptr<DenseEngine> dense;
  std::unique_ptr<SparseEngine> sparse;
};

Solver::Solver(const Problem& problem, std::span<const std::int64_t> pinned)
    : impl_(within_memory([&] { return std::make_unique<Impl>(problem, pinned); })) {}
Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;

Result Solver::solve(const Options& options) { return solve_from(impl_->problem.start(), options); }

Result Solver::solve_from(std::vector<double> x, const Options& options) {
  options.validate();
  const std::size_t size = impl_->problem.start().size();
  if (x.size() != size) throw Error(fmt::format("a start of {} numbers; expected {}", x.size(), size));
  Stopwatch clock;
  Result result;
  std::optional<Options> alone;
  if (options.threads != 1 && impl_->problem.residual_count() < least_for_threads) {
    alone = options;
    alone->threads = 1;
  }
  Journal journal(alone ? *alone : options, clock, result);
  result.threads = resolve_threads(journal.options.threads);
  x = into_bounds(impl_->problem, std::move(x), result.notes);
  impl_->problem.settle(x);
  const auto descend = [&] { return within_memory([&] { return impl_->descend(x, journal); }); };
  try {
    if (!descend_within_limits(journal, x, descend)) impl_->start_afresh();
  } catch (...) {
    impl_->start_afresh();
    throw;
  }
  return result;
}

/// The start is the solution of a problem without free parameters.
Ending Solver::Impl::stay(std::vector<double> x, Journal& journal) const {
  const Program program(problem, pinned);
  AlignedArray residual(program.rows());
  const double cost = program.evaluate(x.data(), residual.data(), journal.options.threads);
  ++journal.result.evaluations.cost;
  journal.open(cost, 0.0, x);
  if (std::isfinite(cost))
    return {Status::converged, "every parameter is fixed: the start is the solution", std::move(x), cost};
  const auto culprit = program.find_non_finite(x.data());
  return {Status::non_finite_start, (culprit ? in_words(*culprit) : "the cost overflows") + " at the start",
          std::move(x), cost};
}

Ending Solver::Impl::descend(std::vector<double> x, Journal& journal) {
  if (nothing_moves(problem, pinned)) return stay(std::move(x), journal);
  return goes_sparse(journal.options) ? descend_by_blocks(std::move(x), journal)
                                      : descend_densely(std::move(x), journal);
}

Ending Solver::Impl::descend_by_blocks(std::vector<double> x, Journal& journal) {
  if (!pinned.empty()) throw Error("pinned components need a dense linear solver");
  SparseEngine& engine = sparse_engine();
  const auto once = [&engine](std::vector<double> from, Journal& to) { return engine.descend(std::move(from), to); };
  if (!journal.options.graduated) return once(std::move(x), journal);
  const int threads = journal.options.threads;
  return graduate({problem, [&engine](double m) { engine.set_loss_scale(m); },
                   [&engine, threads](const std::vector<double>& at) { return engine.cost(at, threads); }},
                  std::move(x), journal, once);
}

Ending Solver::Impl::descend_densely(std::vector<double> x, Journal& journal) {
  DenseEngine& engine = dense_engine();
  const auto once = [&engine](std::vector<double> from, Journal& to) {
    return needs_residuals(to.options.method) ? engine.descend(std::move(from), to)
                                              : engine.descend_generally(std::move(from), to);
  };
  if (!journal.options.graduated) return once(std::move(x), journal);
  Program& program = engine.program;
  AlignedArray residual(program.rows());
  const int threads = journal.options.threads;
  return graduate(
      {problem, [&program](double m) { program.set_loss_scale(m); },
       [&](const std::vector<double>& at) { return program.evaluate(at.data(), residual.data(), threads); }},
      std::move(x), journal, once);
}

namespace {

LinearSolver& DenseEngine::choose(LinearSolverKind kind, Result& result) {
  LinearChoice choice = choose_linear_solver(kind, program.columns());
  LinearSolver& chosen = choice.kind == LinearSolverKind::dense_cholesky ? static_cast<LinearSolver&>(cholesky) : qr;
  result.linear_solver = chosen.name();
  result.linear_solver_reason = std::move(choice.reason);
  return chosen;
}

/// Where the residuals have lost a parameter, no restart found a lower point, and the others are at a minimum: that minimum,
/// with the parameter named.
Ending determined(Ending ending, Journal& journal) {
  if (ending.status != Status::stalled || ending.undetermined.empty()) return ending;
  ending.status = Status::converged;
  journal.result.notes.push_back(
      fmt::format("the data do not determine {}: the residuals no longer depend on it", ending.undetermined));
  return ending;
}

/// The methods that live on residuals. Where restarts are allowed, a descent that creeps along a valley to infinity must
/// not use up all iterations: the first may take a fifth of them before others are tried, and the lowest goes on.
Ending DenseEngine::descend(std::vector<double> x, Journal& journal) {
  const Options& options = journal.options;
  LinearSolver& linear = choose(options.linear_solver, journal.result);
  const bool restarts = options.restarts > 0 && options.method == Method::levenberg_marquardt;
  Options own = options;
  if (restarts) own.max_iterations = std::max(options.max_iterations / 5, std::min<std::int64_t>(options.max_iterations, 100));
  journal.clock.charge(Stopwatch::setup);
  loop.begin_solve();
  Journal first(own, journal.clock, journal.result);
  const auto strategy = make_strategy(options);
  Ending ending = loop.run(x, linear, *strategy, first);
  if (const std::string names = loop.eliminated(); !names.empty())
    journal.result.notes.push_back(fmt::format("eliminated by variable projection: {}", names));
  const bool creeps = ending.status == Status::iteration_limit && journal.result.iterations < options.max_iterations;
  if (restarts && (creeps || ending.status == Status::stalled)) ending = restart(std::move(ending), x, linear, journal);
  if (ending.status == Status::iteration_limit && journal.result.iterations < options.max_iterations) {
    const auto again = make_strategy(options);
    ending = loop.run(ending.x, linear, *again, journal);
  }
  return determined(std::move(ending), journal);
}

/// The methods for any smooth function, on the components of x that may move.
Ending DenseEngine::descend_generally(std::vector<double> x, Journal& journal) {
  if (program.is_partly_held())
    throw Error(
        fmt::format("{} looks ahead along a line, where a block on a manifold of which components are held has "
                    "other directions; expected levenberg-marquardt, levenberg, gauss-newton, dogleg or "
                    "subspace-dogleg",
                    to_string(journal.options.method)));
  const LeastSquares function(program, x, journal.options);
  Influence influence = influence_at(x, journal);
  journal.embed = [&function](std::span<const double> z) { return function.expanded(z); };
  journal.verify = [&](std::span<const double> z, bool exhausted) {
    return verify(function.expanded(z), exhausted, influence, journal);
  };
  journal.clock.charge(Stopwatch::setup);
  Ending ending = minimize_objective(function, function.reduced(x), function.box(), journal);
  ending.x = function.expanded(ending.x);
  journal.embed = {};
  journal.verify = {};
  return determined(std::move(ending), journal);
}

State& DenseEngine::state_at(const std::vector<double>& x, int threads, Result& counts) {
  if (!state) state = std::make_unique<State>(program);
  state->x = x;
  state->cost = program.evaluate(x.data(), state->residual.data(), state->jacobian, threads);
  ++counts.evaluations.jacobian;
  return *state;
}

/// What the parameters do to the residuals at the start.
Influence DenseEngine::influence_at(const std::vector<double>& x, Journal& journal) {
  const State& at = state_at(x, journal.options.threads, journal.result);
  const auto n = static_cast<std::size_t>(program.columns());
  std::vector<double> norms(n), sizes(n);
  for (std::size_t j = 0; j < n; ++j) norms[j] = column_norm(at.jacobian, j);
  program.coordinates(x.data(), sizes.data());
  Influence influence;
  influence.reset(n);
  influence.see(norms, sizes, at.cost);
  return influence;
}

/// Looks at the residuals where a descent on a general objective claims a minimum.
Finding DenseEngine::verify(const std::vector<double>& x, bool exhausted, Influence& influence, Journal& journal) {
  const Options& options = journal.options;
  Result& counts = journal.result;
  State& at = state_at(x, options.threads, counts);
  if (squares_underflow(program, at)) return {.lost = true, .against = underflow_words};
  if (at.cost == 0.0) return {.holds = true, .vanished = true};
  if (!verifier) verifier = std::make_unique<Verifier>(program);
  const auto n = static_cast<std::size_t>(program.columns());
  std::vector<double> norms(n), sizes(n);
  std::vector<char> held(n);
  program.coordinates(x.data(), sizes.data());
  for (std::size_t j = 0; j < n; ++j) {
    const auto column = static_cast<std::int64_t>(j);
    const auto i = static_cast<std::size_t>(program.component_of(column));
    const double g = kernels::dot(at.jacobian.column(column), at.residual.data(), at.jacobian.stride());
    held[j] = (sizes[j] <= program.problem().lower()[i] && g > 0.0) ||
              (sizes[j] >= program.problem().upper()[i] && g < 0.0);
    norms[j] = held[j] ? 0.0 : column_norm(at.jacobian, j);
  }
  influence.see(norms, sizes, at.cost);
  if (influence.vanished(at.cost) && verifier->vanishes_at_zero(at, options, counts))
    return {.holds = true, .vanished = true};
  const auto lost = influence.lost(program, norms, held, residual_norm(program, at));
  if (!lost.names.empty())
    return {.lost = true, .against = "the residuals do not depend on " + lost.names + " here",
            .undetermined = verifier->undetermined(at, held, lost, options, counts)};
  const Stationarity found = verifier->measure(at, held, options, counts);
  if (found.holds() && !found.by_curvature && !found.only_rounding && verifier->bends_down(at, held, counts))
    return {.against = "the cost bends down here: this is no minimum"};
  if (found.holds()) return {.holds = true};
  Finding finding{.against = fmt::format("a Gauss-Newton step promises to lower it by {:.1e} of itself, > {:.0e}",
                                         found.promised, found.allowed)};
  if (!exhausted) return finding;
  for (const std::int64_t j : verifier->kinks(at, held, options, counts)) {
    held[static_cast<std::size_t>(j)] = 1;
    finding.at_kink.push_back(program.component_of(j));
    finding.at_kink_names += (finding.at_kink_names.empty() ? "'" : ", '") + program.column_name(j) + "'";
  }
  finding.holds = !finding.at_kink.empty() && verifier->measure(at, held, options, counts).holds();
  return finding;
}

/// A start nearby in the sense of its scale: each free number × exp(spread N(0, 1)), or spread N(0, 1) where it is zero. On
/// manifolds a step of spread N(0, 1) times the size in each direction.
std::vector<double> DenseEngine::scatter(std::vector<double> x, double spread, std::mt19937_64& random) const {
  std::normal_distribution<double> normal;
  const Problem& problem = program.problem();
  const std::vector<double> from = x;
  std::vector<double> step(static_cast<std::size_t>(program.columns())), size(step.size());
  program.coordinates(from.data(), size.data());
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(j)), column = static_cast<std::size_t>(j);
    const double draw = spread * normal(random);
    step[column] = size[column] != 0.0 ? draw * size[column] : draw;
    x[i] = std::clamp(x[i] != 0.0 ? x[i] * std::exp(draw) : draw, problem.lower()[i], problem.upper()[i]);
  }
  program.retract_curved(from.data(), step.data(), x.data());
  return x;
}

/// A descent can be carried onto a plateau where a parameter has lost all influence, or start on one, or creep to infinity.
/// Levenberg's scaling rarely takes the same path; scattered starts find another valley. The lowest end counts.
Ending DenseEngine::restart(Ending best, const std::vector<double>& from, LinearSolver& linear, Journal& journal) {
  const Options& options = journal.options;
  const std::string stall = best.reason;
  std::mt19937_64 random(options.seed);
  const std::int64_t share = std::max<std::int64_t>(options.max_iterations / 20, 50);
  int attempts = 0;
  while (attempts < options.restarts && best.status != Status::converged) {
    Options other = options;
    other.max_iterations = std::min(options.max_iterations, journal.result.iterations + share);
    std::vector<double> x = from;
    if (++attempts == 1)
      other.method = Method::levenberg;
    else
      x = scatter(std::move(x), narrowest_spread * std::pow(spread_growth, attempts - 2), random);
    const auto strategy = make_strategy(other);
    Journal again(other, journal.clock, journal.result);
    Ending ending = loop.run(std::move(x), linear, *strategy, again);
    const bool used_up = journal.result.iterations >= options.max_iterations;
    const bool going = !used_up && ending.status != Status::time_limit && ending.status != Status::interrupted;
    const Status status = ending.status;
    const std::string reason = ending.reason;
    if (ending.status != Status::failed && ending.cost < best.cost) best = std::move(ending);
    if (going) continue;
    best.status = status;  // a limit, or a request to stop: said whichever point is the best
    best.reason = reason;
    break;
  }
  journal.result.notes.push_back(fmt::format("the descent from the start stalled ({}); of {} more {}", stall, attempts,
                                             best.status == Status::converged ? "the last is reported" : "none converged"));
  return best;
}

}  // namespace

Result solve(const Problem& problem, const Options& options) { return solve(problem, problem.start(), options); }

Result solve(const Problem& problem, std::vector<double> start, const Options& options) {
  options.validate();
  const Stopwatch clock;
  // The structure of a large problem takes seconds to work out, which count, too.
  std::optional<CancellationScope> scope;
  if (std::isfinite(options.time_limit) || options.interrupt) scope.emplace(options.time_limit, options.interrupt);
  try {
    return Solver(problem).solve_from(start, options);
  } catch (const Cancelled& cancelled) {
    Verdict verdict = cancelled_verdict(cancelled, clock.elapsed(), options.time_limit);
    Result nothing;
    nothing.status = verdict.status;
    nothing.reason = std::move(verdict.reason);
    nothing.x = std::move(start);
    clock.report(nothing.seconds);
    return nothing;
  }
}

}  // namespace thalweg
