#include <minimize/system/blocks/block_system.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <linear/normal/elimination_choice.hpp>
#include <linear/rows/row_solver.hpp>
#include <minimize/system/box_step.hpp>
#include <minimize/system/start.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = LinearSolverKind;

// Of the options left automatic.
constexpr double first_damping = 1e-4;
constexpr int damping_exponent = 1;
// An iterative linear solver need be no more exact than the quadratic model: between these, by the second choice of
// Eisenstat & Walker (1996).
constexpr double loosest = 0.1, tightest = 1e-3, forcing_factor = 0.9;
// Of losses: the part of the cost below which a decrease is slow, and how many bent steps in a row may be refused.
constexpr double slow = 0.1;
constexpr int most_refused = 3;
// Room for the trace, so that no iteration of a usual solve allocates.
constexpr std::int64_t records_at_once = 2000;

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

BlockSystem::BlockSystem(const Problem& problem, std::span<const std::int64_t> pinned)
    : program_(problem, pinned), bounds_(program_) {
  for (auto* v : {&sizes_, &step_}) v->resize(static_cast<std::size_t>(columns()));
}

void BlockSystem::choose(Kind requested, double memory_limit, int threads) {
  program_.refresh_data();
  const bool same = linear_ && requested == requested_ && memory_limit == memory_limit_ && threads == threads_;
  if (same) return;
  linear_.reset();
  equations_ = nullptr;
  const bool eliminate = !keeps_all_blocks(requested);
  if (const double part = eliminate ? least_eliminated(requested) : 2.0; !layout_ || part != least_eliminated_) {
    least_eliminated_ = part;
    std::vector<std::int32_t> rank(program_.named_for_elimination().size(), -1);
    if (eliminate) {
      const EliminationChoice choice =
          choose_eliminated(program_.structure(), program_.named_for_elimination(), least_eliminated(requested));
      EvaluationOrder order = evaluation_order(program_.structure(), choice.eliminated, threads);
      CancellationProbe::poll();
      program_.reorder(order.items);
      rank = std::move(order.rank);
    }
    layout_ = std::make_shared<NormalLayout>(program_.structure(), rank, threads);
  }
  CancellationProbe::poll();
  plan_ = plan_blocks(*layout_, requested, memory_limit, threads);
  if (keeps_rows(plan_.kind))
    solve_by_rows(threads);
  else
    solve_by_equations(threads);
  steps_ = std::make_unique<BlockSteps>(*linear_);
  requested_ = requested;
  memory_limit_ = memory_limit;
  threads_ = threads;
}

void BlockSystem::solve_by_rows(int threads) {
  const KrylovMethod method = plan_.kind == Kind::lsqr   ? KrylovMethod::lsqr
                              : plan_.kind == Kind::lsmr ? KrylovMethod::lsmr
                                                         : KrylovMethod::minres;
  auto solver = std::make_unique<RowSolver>(std::string(to_string(plan_.kind)), method,
                                            std::make_unique<JacobianRows>(program_.structure()), threads);
  assembly_ = std::make_unique<RowAssembly>(program_, solver->rows(), threads);
  linear_ = std::move(solver);
}

void BlockSystem::solve_by_equations(int threads) {
  std::unique_ptr<ReducedSolver> reduced = make_reduced(plan_.kind);
  if (reduced->needs_matrix()) layout_->reduce(threads);
  auto solver = std::make_unique<SchurSolver>(std::string(to_string(plan_.kind)),
                                              NormalEquations::make(layout_, precision_of_steps(*layout_)),
                                              std::move(reduced), threads);
  assembly_ = std::make_unique<NormalAssembly>(program_, solver->equations());
  equations_ = solver.get();
  linear_ = std::move(solver);
}

SchurSolver* BlockSystem::equations_at(const std::vector<double>& x, Kind requested, double memory_limit, int threads) {
  choose(keeps_rows(requested) ? Kind::automatic : requested, memory_limit, threads);
  equations_->work_exactly();
  const double cost = assembly_->evaluate(x.data(), threads);
  return assembly_->close(threads) && std::isfinite(cost) ? equations_ : nullptr;
}

void BlockSystem::prepare(SolveContext& context) {
  const Options& options = context.options;
  choose(options.linear_solver, options.memory_limit, options.threads);
  context.result.linear_solver = linear_->name();
  context.result.linear_solver_reason = plan_.reason;
}

Options BlockSystem::advised(const Options& options) const {
  Options own = options;
  if (own.scaling == Scaling::automatic) own.scaling = Scaling::current;
  if (std::isnan(own.initial_damping)) own.initial_damping = first_damping;
  if (own.damping_exponent == 0) own.damping_exponent = damping_exponent;
  return own;
}

std::optional<Verdict> BlockSystem::begin(std::vector<double> x, SolveContext& context) {
  context_ = &context;
  context.result.trace.reserve(static_cast<std::size_t>(std::min(context.options.max_iterations + 1, records_at_once)));
  bounds_.release();
  forcing_ = loosest;
  linear_->set_tolerance(forcing_);
  x_ = std::move(x);
  trial_x_.resize(x_.size());
  at_trial_ = false;
  refused_ = 0;
  program_.set_bent(!program_.has_loss());
  finite_ = assemble(x_);
  cost_ = assembled_cost_;
  if (finite_ && std::isfinite(cost_)) {
    linearize();
    return std::nullopt;
  }
  return non_finite_start(program_, x_);
}

/// Assembles the normal equations at x. False when they are not finite.
bool BlockSystem::assemble(const std::vector<double>& x) {
  const int threads = context_->options.threads;
  assembled_cost_ = assembly_->evaluate(x.data(), threads);
  context_->clock.charge(Stopwatch::evaluate);
  ++context_->result.evaluations.jacobian;
  const bool finite = assembly_->close(threads);
  context_->clock.charge(Stopwatch::linear_solve);
  return finite;
}

void BlockSystem::retract(const double* step, std::vector<double>& to) const {
  program_.retract(x_.data(), step, to.data());
  for (const std::int64_t column : bounds_.columns()) {
    const auto i = static_cast<std::size_t>(component_of(column)), j = static_cast<std::size_t>(column);
    to[i] = stepped(x_[i], step[j], bounds_.lower()[j], bounds_.upper()[j]);
  }
}

/// Of a promising step the equations at once, whose residuals give the cost: a pass saved where the step is good, two
/// wasted where it is not.
double BlockSystem::evaluate(const double* step, bool promising) {
  retract(step, trial_x_);
  if (promising) {
    at_trial_ = true;
    finite_ = assemble(trial_x_);
    return assembled_cost_;
  }
  const double cost = program_.cost(trial_x_.data(), context_->options.threads);
  ++context_->result.evaluations.cost;
  context_->clock.charge(Stopwatch::evaluate);
  return cost;
}

bool BlockSystem::accept() {
  if (!at_trial_) finite_ = assemble(trial_x_);
  at_trial_ = true;
  if (!finite_) return false;
  at_trial_ = false;
  std::swap(x_, trial_x_);
  const double before = std::exchange(cost_, assembled_cost_);
  tighten(gradient_norm_);
  choose_curvature(before);
  return true;
}

bool BlockSystem::reject() {
  const bool unbend = program_.has_loss() && program_.is_bent() && ++refused_ >= most_refused;
  if (!at_trial_ && !unbend) return false;
  at_trial_ = false;
  if (unbend) {
    program_.set_bent(false);
    refused_ = 0;
  }
  finite_ = assemble(x_);
  return unbend;
}

/// Reweighted steps lead anywhere near a minimum and become slow there; bent ones are fast there, and refused
/// elsewhere.
void BlockSystem::choose_curvature(double before) {
  refused_ = 0;
  if (program_.has_loss() && before - cost_ <= slow * before) program_.set_bent(true);
}

void BlockSystem::linearize() {
  program_.coordinates(x_.data(), sizes_.data());
  bounds_.update(sizes_, linear_->gradient());
  steps_->take(bounds_.held());
  gradient_norm_ =
      bounds_.held().empty() ? assembly_->gradient_norm() : bounds_.projected_gradient_norm(sizes_, steps_->gradient());
  context_->clock.charge(Stopwatch::linear_solve);
}

void BlockSystem::tighten(double before) {
  const double ratio = assembly_->gradient_norm() / before, safeguard = forcing_factor * forcing_ * forcing_;
  double next = forcing_factor * ratio * ratio;
  if (safeguard > 0.1) next = std::max(next, safeguard);
  forcing_ = std::clamp(next, tightest, loosest);
  linear_->set_tolerance(forcing_);
}

double BlockSystem::cost_beside(const double* step) {
  beside_x_.resize(x_.size());
  retract(step, beside_x_);
  ++context_->result.evaluations.cost;
  return program_.cost(beside_x_.data(), context_->options.threads);
}

std::vector<double> BlockSystem::scatter(std::vector<double> x, double spread, std::mt19937_64& random) const {
  return scattered(program_, std::move(x), spread, random);
}

}  // namespace thalweg::inline v0_1
