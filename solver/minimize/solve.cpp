#include <thalweg/minimize/solve.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <base/memory.hpp>
#include <minimize/objective/residual_descent.hpp>
#include <minimize/outer/constrained/constrained_solver.hpp>
#include <minimize/outer/descents.hpp>
#include <minimize/outer/graduated.hpp>
#include <minimize/system/blocks/block_system.hpp>
#include <minimize/system/dense/dense_system.hpp>
#include <minimize/system/plan.hpp>
#include <minimize/system/tall/tall_system.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/moved_starts.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {

namespace {

// Residual components of a problem below which threads cost more than they save.
constexpr std::int64_t least_for_threads = 20000;

/// A start moved into the bounds, but for what is fixed; those that had to be moved are noted.
std::vector<double> into_bounds(const Problem& problem, std::vector<double> x, std::vector<std::string>& notes) {
  MovedStarts moved;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool pinned = problem.lower()[i] == problem.upper()[i];
    const double inside = std::clamp(x[i], problem.lower()[i], problem.upper()[i]);
    if (inside == x[i] || (problem.fixed()[i] && !pinned)) continue;
    if (!pinned) moved.add(x[i], problem.parameter_name(static_cast<std::int64_t>(i)), inside);
    x[i] = inside;
  }
  if (const auto sentence = moved.sentence()) notes.push_back(*sentence);
  return x;
}

}  // namespace

/// One system or several, each made when a solve first asks for it; of a problem with constraints none.
struct Solver::Impl {
  Impl(const Problem& p, std::span<const std::int64_t> pins)
      : problem(p), revision(p.revision()), pinned(pins.begin(), pins.end()), shape(shape_of(p)) {
    if (!p.constraints().empty()) {
      constrained = std::make_unique<ConstrainedSolver>(p, pinned);
      return;
    }
    // Misuse is said when the solver is made.
    if (nothing_moves(p, pinned)) return;
    if (shape == SystemKind::blocks) block_system();
    if (shape == SystemKind::dense) dense_system();
    if (shape == SystemKind::tall) tall_system();
  }
  DenseSystem& dense_system() {
    if (!dense) {
      refuse_beyond_memory(problem);
      dense = std::make_unique<DenseSystem>(problem, pinned);
      dense_descents = std::make_unique<Descents>(*dense);
    }
    dense->use(own);
    return *dense;
  }
  BlockSystem& block_system() {
    if (!blocks) {
      blocks = std::make_unique<BlockSystem>(problem, pinned);
      block_descents = std::make_unique<Descents>(*blocks);
    }
    return *blocks;
  }
  TallSystem& tall_system() {
    if (!tall) {
      tall = std::make_unique<TallSystem>(problem, pinned);
      tall_descents = std::make_unique<Descents>(*tall);
    }
    return *tall;
  }
  /// After a descent that ended in the midst of something: cancelled, or for want of memory.
  void start_afresh() {
    dense_descents.reset();
    block_descents.reset();
    tall_descents.reset();
    dense.reset();
    blocks.reset();
    tall.reset();
    if (constrained) constrained = std::make_unique<ConstrainedSolver>(problem, pinned);
  }
  Result solve_constrained(std::vector<double> x, const Options& options);
  Ending stay(std::vector<double> x, Journal& journal) const;
  Ending descend(std::vector<double> x, Journal& journal);
  Ending descend_by_blocks(std::vector<double> x, Journal& journal);
  Ending descend_densely(std::vector<double> x, Journal& journal);

  const Problem& problem;
  std::int64_t revision;  // of the problem, when the solver was made
  std::vector<std::int64_t> pinned;
  SystemKind shape;
  LinearSolver* own = nullptr;
  std::unique_ptr<DenseSystem> dense;
  std::unique_ptr<BlockSystem> blocks;
  std::unique_ptr<TallSystem> tall;
  std::unique_ptr<Descents> dense_descents, block_descents, tall_descents;
  std::unique_ptr<ConstrainedSolver> constrained;
};

Solver::Solver(const Problem& problem, std::span<const std::int64_t> pinned)
    : impl_(within_memory([&] { return std::make_unique<Impl>(problem, pinned); })) {}
Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;

void Solver::use(LinearSolver& own) { impl_->own = &own; }

Result Solver::solve(const Options& options) { return solve_from(impl_->problem.start(), options); }

Result Solver::solve_from(std::vector<double> x, const Options& options) {
  options.validate();
  if (impl_->problem.revision() != impl_->revision)
    throw Error(
        "the problem has other parameters, residuals, losses, bounds or fixed parameters than when this solver was "
        "made; "
        "expected a new Solver");
  const std::size_t size = impl_->problem.start().size();
  if (x.size() != size) throw Error(fmt::format("a start of {} numbers; expected {}", x.size(), size));
  if (impl_->constrained) return impl_->solve_constrained(std::move(x), options);
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

Result Solver::Impl::solve_constrained(std::vector<double> x, const Options& options) {
  std::vector<std::string> notes;
  x = into_bounds(problem, std::move(x), notes);
  problem.settle(x);
  constrained->use(own);
  try {
    Result result = within_memory([&] { return constrained->solve(std::move(x), options); });
    result.notes.insert(result.notes.begin(), notes.begin(), notes.end());
    return result;
  } catch (...) {
    start_afresh();
    throw;
  }
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
  switch (choose_system(shape, own, journal.options)) {
    case SystemKind::blocks:
      return descend_by_blocks(std::move(x), journal);
    case SystemKind::tall:
      tall_system();
      return tall_descents->run(std::move(x), journal);
    case SystemKind::dense:
      break;
  }
  return descend_densely(std::move(x), journal);
}

Ending Solver::Impl::descend_by_blocks(std::vector<double> x, Journal& journal) {
  BlockSystem& system = block_system();
  const auto once = [this](std::vector<double> from, Journal& to) { return block_descents->run(std::move(from), to); };
  if (!journal.options.graduated) return once(std::move(x), journal);
  const int threads = journal.options.threads;
  return graduate({problem, [&system](double m) { system.set_loss_scale(m); },
                   [&system, threads](const std::vector<double>& at) { return system.cost(at, threads); }},
                  std::move(x), journal, once);
}

Ending Solver::Impl::descend_densely(std::vector<double> x, Journal& journal) {
  if (own && !needs_residuals(journal.options.method))
    throw Error(
        fmt::format("{} solves no linear systems of residuals; expected another method, or a solver without a linear "
                    "solver of your own",
                    to_string(journal.options.method)));
  DenseSystem& system = dense_system();
  const auto once = [&](std::vector<double> from, Journal& to) {
    return needs_residuals(to.options.method) ? dense_descents->run(std::move(from), to)
                                              : descend_generally(system, std::move(from), to);
  };
  if (!journal.options.graduated) return once(std::move(x), journal);
  Program& program = system.program();
  AlignedArray residual(program.rows());
  const int threads = journal.options.threads;
  return graduate(
      {problem, [&program](double m) { program.set_loss_scale(m); },
       [&](const std::vector<double>& at) { return program.evaluate(at.data(), residual.data(), threads); }},
      std::move(x), journal, once);
}

Result minimize(System& system, std::vector<double> start, const Options& options) {
  options.validate();
  if (!needs_residuals(options.method))
    throw Error(
        fmt::format("{} takes no System; expected levenberg-marquardt, levenberg, gauss-newton, dogleg or "
                    "subspace-dogleg",
                    to_string(options.method)));
  if (options.graduated) throw Error("a System has no losses to graduate; expected graduated to be false");
  Stopwatch clock;
  Result result;
  Journal journal(options, clock, result);
  result.threads = resolve_threads(options.threads);
  Descents descents(system);
  descend_within_limits(journal, start, [&] { return within_memory([&] { return descents.run(start, journal); }); });
  return result;
}

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

}  // namespace thalweg::inline v0_1
