#include <distributed/distributed_system.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

// Of the options left automatic, as of a system of blocks in one process (minimize/system/blocks/block_system.cpp).
constexpr double first_damping = 1e-4;
constexpr int damping_exponent = 1;
// Forcing terms by the second choice of Eisenstat & Walker (1996).
constexpr double forcing_factor = 0.9;
// Of the solve that verifies a claim of convergence.
constexpr double verifying = 1e-6;
// Of losses: the part of the cost below which a decrease is slow, and how many bent steps in a row may be refused.
constexpr double slow = 0.1;
constexpr int most_refused = 3;

std::unique_ptr<DistributedReduced> make_reduced(DistributedSolver kind, const Communicator& communicator) {
  return kind == DistributedSolver::mumps ? make_factored(communicator) : make_krylov(communicator);
}

void refuse_bounds(const Problem& problem) {
  const auto finite = [](double v) { return std::isfinite(v); };
  if (std::any_of(problem.lower().begin(), problem.lower().end(), finite) ||
      std::any_of(problem.upper().begin(), problem.upper().end(), finite))
    throw Error("a distributed solve has no bounds; expected none, or a solve in one process");
}

}  // namespace

DistributedSystem::DistributedSystem(const Communicator& communicator, const Share& share,
                                     const DistributedOptions& how, int threads)
    : communicator_(communicator),
      how_(how),
      program_(share.problem),
      residual_blocks_(share.problem.residual_block_count()),
      threads_(threads) {
  communicator.together([&] { refuse_bounds(share.problem); });
  has_loss_ = communicator.any(program_.has_loss());
  equations_ =
      std::make_unique<SharedEquations>(communicator, share, program_, make_reduced(how.solver, communicator), threads);
  assembly_ = std::make_unique<NormalAssembly>(program_, equations_->local());
  sizes_.resize(static_cast<std::size_t>(columns()));
  program_sizes_.resize(static_cast<std::size_t>(program_.columns()));
  program_step_.resize(program_sizes_.size());
  std::int64_t counts[] = {share.problem.residual_count(), columns()};
  communicator.sum(std::span<std::int64_t>(counts));
  degrees_of_freedom_ = static_cast<double>(counts[0] - counts[1]);
}

void DistributedSystem::prepare(SolveContext& context) {
  context.result.linear_solver = equations_->name();
  context.result.linear_solver_reason = fmt::format(
      "{} process{}, the system over shared blocks {}", communicator_.size(), communicator_.size() == 1 ? "" : "es",
      how_.solver == DistributedSolver::mumps ? "factored by MUMPS" : "solved by products alone");
}

Options DistributedSystem::advised(const Options& options) const {
  Options own = options;
  if (own.scaling == Scaling::automatic) own.scaling = Scaling::current;
  if (std::isnan(own.initial_damping)) own.initial_damping = first_damping;
  if (own.damping_exponent == 0) own.damping_exponent = damping_exponent;
  return own;
}

std::string DistributedSystem::column_name(std::int64_t column) const {
  return program_.column_name(equations_->program_column(column));
}

std::int64_t DistributedSystem::component_of(std::int64_t column) const {
  return program_.component_of(equations_->program_column(column));
}

double DistributedSystem::variance() const {
  return degrees_of_freedom_ > 0 ? 2.0 * cost_ / degrees_of_freedom_ : IterationRecord::unset;
}

std::optional<Verdict> DistributedSystem::begin(std::vector<double> x, SolveContext& context) {
  context_ = &context;
  forcing_ = how_.loosest;
  equations_->set_tolerance(forcing_);
  x_ = std::move(x);
  trial_x_.resize(x_.size());
  at_trial_ = false;
  refused_ = 0;
  program_.set_bent(!has_loss_);
  finite_ = assemble(x_);
  cost_ = assembled_cost_;
  if (!finite_ || !std::isfinite(cost_)) return non_finite();
  linearize();
  return std::nullopt;
}

/// The words are those of the first process that has such a residual.
Verdict DistributedSystem::non_finite() {
  Verdict verdict{Status::non_finite_start, "the cost or its derivatives overflow at the start"};
  try {
    communicator_.together([&] {
      if (const auto culprit = program_.find_non_finite(x_.data())) throw Error(in_words(*culprit));
    });
  } catch (const CollectiveError& found) {
    verdict.reason = fmt::format("process {}: {} at the start", found.process(), found.what());
  }
  return verdict;
}

/// Assembles the normal equations at x. False when they are not finite in some process.
bool DistributedSystem::assemble(const std::vector<double>& x) {
  const double cost = assembly_->evaluate(x.data(), threads_);
  communicator_.note(Work::evaluation, residual_blocks_);
  context_->clock.charge(Stopwatch::evaluate);
  ++context_->result.evaluations.jacobian;
  const bool finite = assembly_->close(threads_);
  double sums[] = {cost, finite ? 0.0 : 1.0};
  communicator_.sum(sums);
  assembled_cost_ = sums[0];
  if (sums[1] == 0.0) equations_->take();
  context_->clock.charge(Stopwatch::linear_solve);
  return sums[1] == 0.0;
}

void DistributedSystem::retract(const double* step, std::vector<double>& to) {
  equations_->to_program(step, program_step_.data());
  to.resize(x_.size());
  program_.retract(x_.data(), program_step_.data(), to.data());
}

double DistributedSystem::total_cost(const std::vector<double>& x) {
  ++context_->result.evaluations.cost;
  const double mine = program_.cost(x.data(), threads_);
  communicator_.note(Work::cost, residual_blocks_);
  return communicator_.sum(mine);
}

double DistributedSystem::evaluate(const double* step, bool promising) {
  retract(step, trial_x_);
  if (promising) {
    at_trial_ = true;
    finite_ = assemble(trial_x_);
    return assembled_cost_;
  }
  const double cost = total_cost(trial_x_);
  context_->clock.charge(Stopwatch::evaluate);
  return cost;
}

bool DistributedSystem::accept() {
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

bool DistributedSystem::reject() {
  const bool unbend = has_loss_ && program_.is_bent() && ++refused_ >= most_refused;
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
void DistributedSystem::choose_curvature(double before) {
  refused_ = 0;
  if (has_loss_ && before - cost_ <= slow * before) program_.set_bent(true);
}

void DistributedSystem::linearize() {
  program_.coordinates(x_.data(), program_sizes_.data());
  for (std::size_t j = 0; j < sizes_.size(); ++j)
    sizes_[j] = program_sizes_[static_cast<std::size_t>(equations_->program_column(static_cast<std::int64_t>(j)))];
  double largest = 0.0;
  for (const double g : equations_->gradient()) largest = std::max(largest, std::abs(g));
  gradient_norm_ = communicator_.max(largest);
  context_->clock.charge(Stopwatch::linear_solve);
}

/// `before`: ‖g‖∞ where the step began.
void DistributedSystem::tighten(double before) {
  double largest = 0.0;
  for (const double g : equations_->gradient()) largest = std::max(largest, std::abs(g));
  const double ratio = communicator_.max(largest) / before, safeguard = forcing_factor * forcing_ * forcing_;
  double next = forcing_factor * ratio * ratio;
  if (safeguard > 0.1) next = std::max(next, safeguard);
  forcing_ = std::clamp(next, how_.tightest, how_.loosest);
  equations_->set_tolerance(forcing_);
}

double DistributedSystem::cost_beside(const double* step) {
  retract(step, beside_x_);
  return total_cost(beside_x_);
}

double DistributedSystem::promised_decrease(double allowed) {
  equations_->set_tolerance(std::min(verifying, how_.tightest));
  const double promised = System::promised_decrease(allowed);
  equations_->set_tolerance(forcing_);
  context_->clock.charge(Stopwatch::linear_solve);
  return promised;
}

}  // namespace thalweg::inline v0_1
