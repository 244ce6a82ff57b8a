#include <minimize/dense_engine.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/objective/general.hpp>
#include <minimize/objective/least_squares.hpp>
#include <minimize/plan.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg {
namespace {

// Of the scattered starts of restarts: the first of them, and from each to the next.
constexpr double narrowest_spread = 0.5, spread_growth = 1.2;

/// Where the residuals have lost a parameter, no restart found a lower point, and the others are at a minimum: that
/// minimum, with the parameter named.
Ending determined(Ending ending, Journal& journal) {
  if (ending.status != Status::stalled || ending.undetermined.empty()) return ending;
  ending.status = Status::converged;
  journal.result.notes.push_back(
      fmt::format("the data do not determine {}: the residuals no longer depend on it", ending.undetermined));
  return ending;
}

}  // namespace

LinearSolver& DenseEngine::choose(const Options& options, Result& result) {
  if (own) {
    if (options.linear_solver != LinearSolverKind::automatic)
      throw Error("the options name a linear solver, and the solver uses one of your own; expected automatic");
    result.linear_solver = own->name();
    result.linear_solver_reason = "your own";
    return *own;
  }
  LinearChoice choice = choose_linear_solver(options.linear_solver, program.columns());
  LinearSolver& chosen = choice.kind == LinearSolverKind::dense_cholesky ? static_cast<LinearSolver&>(cholesky) : qr;
  result.linear_solver = chosen.name();
  result.linear_solver_reason = std::move(choice.reason);
  return chosen;
}

/// The methods that live on residuals. Where restarts are allowed, a descent that creeps along a valley to infinity
/// must not use up all iterations: the first may take a fifth of them before others are tried, and the lowest goes on.
Ending DenseEngine::descend(std::vector<double> x, Journal& journal) {
  const Options& options = journal.options;
  LinearSolver& linear = choose(options, journal.result);
  const bool restarts = options.restarts > 0 && options.method == Method::levenberg_marquardt;
  Options limited = options;
  if (restarts)
    limited.max_iterations = std::max(options.max_iterations / 5, std::min<std::int64_t>(options.max_iterations, 100));
  journal.clock.charge(Stopwatch::setup);
  loop.begin_solve();
  Journal first(limited, journal.clock, journal.result);
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
    held[j] =
        (sizes[j] <= program.problem().lower()[i] && g > 0.0) || (sizes[j] >= program.problem().upper()[i] && g < 0.0);
    norms[j] = held[j] ? 0.0 : column_norm(at.jacobian, j);
  }
  influence.see(norms, sizes, at.cost);
  if (influence.vanished(at.cost) && verifier->vanishes_at_zero(at, options, counts))
    return {.holds = true, .vanished = true};
  const auto lost = influence.lost(program, norms, held, residual_norm(program, at));
  if (!lost.names.empty())
    return {.lost = true,
            .against = "the residuals do not depend on " + lost.names + " here",
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

/// A start nearby in the sense of its scale: each free number × exp(spread N(0, 1)), or spread N(0, 1) where it is
/// zero. On manifolds a step of spread N(0, 1) times the size in each direction.
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

/// A descent can be carried onto a plateau where a parameter has lost all influence, or start on one, or creep to
/// infinity. Levenberg's scaling rarely takes the same path; scattered starts find another valley. The lowest end
/// counts.
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
  journal.result.notes.push_back(
      fmt::format("the descent from the start stalled ({}); of {} more {}", stall, attempts,
                  best.status == Status::converged ? "the last is reported" : "none converged"));
  return best;
}

}  // namespace thalweg
