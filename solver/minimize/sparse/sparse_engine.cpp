#include <minimize/sparse/sparse_engine.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <linear/normal/elimination_choice.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg {
namespace {

using Kind = LinearSolverKind;

// Fewer columns than this are a small dense problem, whatever their structure.
constexpr std::int64_t least_sparse_columns = 200;
// A residual that reads more than this part of all parameters leaves no sparsity to use.
constexpr double most_coupled = 0.25;
constexpr double sparse_damping = 1e-4;
constexpr int sparse_exponent = 1;

std::unique_ptr<ReducedSolver> make_reduced(Kind kind) {
  switch (kind) {
    case Kind::sparse_cholesky:
    case Kind::sparse_schur:
      return make_sparse_reduced();
    case Kind::cholmod:
      return make_cholmod_reduced();
    case Kind::iterative_schur:
      return make_iterative_reduced({.form = true});
    case Kind::implicit_schur:
      return make_iterative_reduced({.form = false});
    case Kind::conjugate_gradient:
      return make_iterative_reduced({.form = false, .preconditioner = IterativeOptions::Preconditioner::jacobi});
    default:
      return make_dense_reduced();
  }
}

}  // namespace

bool keeps_all_blocks(Kind kind) {
  return kind == Kind::sparse_cholesky || kind == Kind::conjugate_gradient || kind == Kind::dense_cholesky;
}

bool looks_sparse(const Problem& problem) {
  const auto size = static_cast<std::int64_t>(problem.start().size());
  if (size < least_sparse_columns) return false;
  for (const auto& group : problem.groups())
    if (static_cast<double>(group->columns()) > most_coupled * static_cast<double>(size)) return false;
  const auto bounded = [](double b) { return std::isfinite(b); };
  return std::none_of(problem.lower().begin(), problem.lower().end(), bounded) &&
         std::none_of(problem.upper().begin(), problem.upper().end(), bounded);
}

SparseEngine::SparseEngine(const Problem& problem) : program_(problem) {
  for (std::size_t i = 0; i < problem.start().size(); ++i)
    if ((std::isfinite(problem.lower()[i]) || std::isfinite(problem.upper()[i])) &&
        problem.lower()[i] != problem.upper()[i])
      throw Error(
          fmt::format("parameter '{}' has bounds, which the sparse linear solvers do not know; expected linear "
                      "solver dense-qr or dense-cholesky",
                      problem.parameter_name(static_cast<std::int64_t>(i))));
}

void SparseEngine::prepare(Kind requested, double memory_limit, int threads) {
  const bool same = loop_ && requested == requested_ && memory_limit == memory_limit_ && threads == threads_;
  if (same) return;
  loop_.reset();
  linear_.reset();
  if (const bool eliminate = !keeps_all_blocks(requested); !layout_ || eliminate != eliminating_) {
    eliminating_ = eliminate;
    std::vector<std::int32_t> rank(program_.named_for_elimination().size(), -1);
    if (eliminate) {
      const EliminationChoice choice = choose_eliminated(program_.structure(), program_.named_for_elimination());
      EvaluationOrder order = evaluation_order(program_.structure(), choice.eliminated);
      CancellationProbe::poll();
      program_.reorder(order.items);
      rank = std::move(order.rank);
    }
    layout_ = std::make_shared<NormalLayout>(program_.structure(), rank);
  }
  CancellationProbe::poll();
  plan_ = plan_sparse(*layout_, requested, memory_limit);
  std::unique_ptr<ReducedSolver> reduced = make_reduced(plan_.kind);
  if (reduced->needs_matrix()) layout_->reduce();
  linear_ = std::make_unique<SchurSolver>(std::string(to_string(plan_.kind)), NormalEquations::make(layout_),
                                          std::move(reduced), threads);
  loop_ = std::make_unique<SparseDescent>(program_, *linear_);
  requested_ = requested;
  memory_limit_ = memory_limit;
  threads_ = threads;
}

SchurSolver* SparseEngine::linearize(const std::vector<double>& x, Kind requested, double memory_limit, int threads) {
  prepare(requested, memory_limit, threads);
  BlockAssembly assembly(program_, linear_->equations());
  const double cost = assembly.evaluate(x.data(), threads);
  return assembly.close(threads) && std::isfinite(cost) ? linear_.get() : nullptr;
}

Ending SparseEngine::descend(std::vector<double> x, Journal& journal) {
  const Options& options = journal.options;
  prepare(options.linear_solver, options.memory_limit, options.threads);
  journal.result.linear_solver = linear_->name();
  journal.result.linear_solver_reason = plan_.reason;
  Options resolved = options;
  if (resolved.scaling == Scaling::automatic) resolved.scaling = Scaling::current;
  if (std::isnan(resolved.initial_damping)) resolved.initial_damping = sparse_damping;
  if (resolved.damping_exponent == 0) resolved.damping_exponent = sparse_exponent;
  const auto strategy = make_strategy(resolved);
  journal.clock.charge(Stopwatch::setup);
  return loop_->run(std::move(x), *strategy, journal);
}

}  // namespace thalweg
