#include <minimize/sparse/sparse_descent.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <minimize/verification/verification.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg {
namespace {

double norm(std::span<const double> v) {
  double squares = 0.0;
  for (const double a : v) squares += a * a;
  return std::sqrt(squares);
}

/// ‖Dv‖.
double norm_of_scaled(std::span<const double> D, std::span<const double> v) {
  double squares = 0.0;
  for (std::size_t j = 0; j < v.size(); ++j) squares += D[j] * v[j] * D[j] * v[j];
  return std::sqrt(squares);
}

bool usable(LinearStatus status) { return status == LinearStatus::ok || status == LinearStatus::inexact; }

// An iterative linear solver need be no more exact than the quadratic model: between these, by the second choice of
// Eisenstat & Walker (1996).
constexpr double loosest = 0.1, tightest = 1e-3, forcing_factor = 0.9;

// After a step that gained so much of what was predicted, the next is expected to be good.
constexpr double confident_gain = 0.5;
constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Of the step that a claim is verified by.
constexpr double least_damping = 1e-14, most_damping = 1e-6;
// The factor at hand verifies a claim whose promise lies so far below what is allowed.
constexpr double clearly = 1e-2;
// Room for the trace, so that no iteration of a usual solve allocates.
constexpr std::int64_t records_at_once = 2000;

}  // namespace

SparseDescent::SparseDescent(BlockProgram& program, SchurSolver& linear)
    : program_(program), linear_(linear), assembly_(program, linear.equations()) {
  x_.resize(static_cast<std::size_t>(program.size()));
  trial_x_.resize(x_.size());
  step_.resize(static_cast<std::size_t>(program.columns()));
  coordinates_.resize(step_.size());
}

// Nocedal & Wright, Numerical Optimization (2006), algorithm 4.1, with the damping λ for a radius.
Ending SparseDescent::run(std::vector<double> x, Strategy& strategy, Journal& journal) {
  strategy_ = &strategy;
  journal_ = &journal;
  x_ = std::move(x);
  journal.result.trace.reserve(static_cast<std::size_t>(std::min(journal.options.max_iterations + 1, records_at_once)));
  forcing_ = loosest;
  tests_.start(journal.options);
  confident_ = false;
  linear_.set_tolerance(forcing_);
  std::optional<Verdict> verdict = begin();
  if (!verdict) {
    strategy.start(linear_, coordinates_);
    journal.open(cost_, gradient_norm_, x_);
  }
  while (!verdict) {
    verdict = tests_.gradient(gradient_norm_);
    if (!verdict) verdict = journal.limit();
    if (!verdict) verdict = iterate();
    if (verdict && verdict->status == Status::converged) verdict = concluded(*verdict);
  }
  return {verdict->status, std::move(verdict->reason), x_, cost_};
}

std::optional<Verdict> SparseDescent::begin() {
  const bool finite = linearize();
  cost_ = linearized_cost_;
  if (finite && std::isfinite(cost_)) return std::nullopt;
  const auto culprit = program_.find_non_finite(x_.data());
  if (!culprit) return Verdict{Status::non_finite_start, "the cost or its derivatives overflow at the start"};
  return Verdict{Status::non_finite_start, in_words(*culprit) + " at the start"};
}

/// One linear solve, and the step taken or not.
std::optional<Verdict> SparseDescent::iterate() {
  const ProposedStep proposed = strategy_->propose(linear_, step_.data());
  journal_->clock.charge(Stopwatch::linear_solve);
  Result& result = journal_->result;
  ++result.iterations;
  IterationRecord record;
  record.iteration = result.iterations;
  record.gradient_norm = gradient_norm_;
  record.damping = strategy_->damping();
  factor_damping_ = std::isfinite(record.damping) ? record.damping : 0.0;
  record.outcome = attempt(proposed);
  record.accepted = record.outcome == Outcome::accepted;
  if (usable(proposed.status)) record.step_norm = norm(step_);
  if (record.outcome != Outcome::singular) record.trial_cost = trial_cost_;
  record.gain_ratio = gain_;
  confident_ = record.accepted && gain_ > confident_gain;
  std::optional<Verdict> verdict;
  if (record.accepted) {
    ++result.accepted_steps;
    const double previous = cost_;
    cost_ = trial_cost_;
    strategy_->accepted(gain_, proposed.scaled_norm);
    strategy_->linearized(linear_);
    tighten(record.gradient_norm);
    verdict = step_verdict(proposed, previous);
  } else {
    verdict = exhausted_verdict(proposed);
    strategy_->rejected(gain_, proposed.scaled_norm);
  }
  record.cost = cost_;
  record.seconds = journal_->clock.elapsed();
  const std::optional<Verdict> request = journal_->report(record, x_);
  return verdict ? verdict : request;
}

/// Assembles the normal equations at x_. False when they are not finite.
bool SparseDescent::linearize() {
  const int threads = journal_->options.threads;
  linearized_cost_ = assembly_.evaluate(x_.data(), threads);
  journal_->clock.charge(Stopwatch::evaluate);
  ++journal_->result.evaluations.jacobian;
  const bool finite = assembly_.close(threads);
  gradient_norm_ = assembly_.gradient_norm();
  program_.coordinates(x_.data(), coordinates_.data());
  journal_->clock.charge(Stopwatch::linear_solve);
  return finite;
}

void SparseDescent::tighten(double previous_gradient) {
  const double ratio = gradient_norm_ / previous_gradient, safeguard = forcing_factor * forcing_ * forcing_;
  double next = forcing_factor * ratio * ratio;
  if (safeguard > 0.1) next = std::max(next, safeguard);
  forcing_ = std::clamp(next, tightest, loosest);
  linear_.set_tolerance(forcing_);
}

/// Tries the step; where it is good, x_ has moved and the equations are those of the new point.
SparseDescent::Outcome SparseDescent::attempt(const ProposedStep& proposed) {
  gain_ = IterationRecord::unset;
  trial_cost_ = IterationRecord::unset;
  if (!usable(proposed.status)) return Outcome::singular;
  if (!(std::isfinite(proposed.predicted) && std::isfinite(proposed.scaled_norm))) return Outcome::not_finite;
  program_.retract(x_.data(), step_.data(), trial_x_.data());
  return confident_ ? linearize_directly(proposed) : evaluate_cost_first(proposed);
}

/// Whether both the model and the cost fall: with both rising their ratio looks good. Steps undamped by choice may
/// climb.
bool SparseDescent::falls(const ProposedStep& proposed) const {
  return journal_->options.globalization == Globalization::none || (proposed.predicted > 0.0 && trial_cost_ < cost_);
}

/// The cost first, the rest where it is good.
SparseDescent::Outcome SparseDescent::evaluate_cost_first(const ProposedStep& proposed) {
  trial_cost_ = program_.cost(trial_x_.data(), journal_->options.threads);
  ++journal_->result.evaluations.cost;
  journal_->clock.charge(Stopwatch::evaluate);
  if (!std::isfinite(trial_cost_)) return Outcome::not_finite;
  gain_ = (cost_ - trial_cost_) / proposed.predicted;
  if (!falls(proposed) || !strategy_->accepts(gain_)) return Outcome::no_decrease;
  std::swap(x_, trial_x_);
  if (linearize()) return Outcome::accepted;
  std::swap(x_, trial_x_);
  linearize();
  return Outcome::not_finite;
}

/// The equations at once, whose residuals give the cost: a pass saved where the step is good, two wasted where it is
/// not.
SparseDescent::Outcome SparseDescent::linearize_directly(const ProposedStep& proposed) {
  std::swap(x_, trial_x_);
  const bool finite = linearize();
  trial_cost_ = linearized_cost_;
  Outcome outcome = finite && std::isfinite(trial_cost_) ? Outcome::accepted : Outcome::not_finite;
  if (outcome == Outcome::accepted) {
    gain_ = (cost_ - trial_cost_) / proposed.predicted;
    if (!falls(proposed) || !strategy_->accepts(gain_)) outcome = Outcome::no_decrease;
  }
  if (outcome == Outcome::accepted) return outcome;
  std::swap(x_, trial_x_);
  linearize();
  return outcome;
}

double SparseDescent::point_norm() const { return norm_of_scaled(strategy_->scale(), coordinates_); }

std::optional<Verdict> SparseDescent::step_verdict(const ProposedStep& proposed, double previous) const {
  const double actual = previous - cost_;
  if (cost_ == 0.0) return Verdict{Status::converged, "the cost is zero"};
  if (const auto small = tests_.decrease(actual, proposed.predicted, previous)) return small;
  return tests_.step(proposed.scaled_norm, point_norm(), Termination::hardly_falls(actual, previous));
}

std::optional<Verdict> SparseDescent::exhausted_verdict(const ProposedStep& proposed) const {
  if (proposed.status == LinearStatus::fatal)
    return Verdict{Status::failed, "the linear solver met numbers that are not finite"};
  const bool tiny = usable(proposed.status) && proposed.scaled_norm <= epsilon * point_norm();
  const bool invisible = usable(proposed.status) && std::isfinite(trial_cost_) &&
                         convergence::decrease_invisible(cost_ - trial_cost_, proposed.predicted, cost_);
  if (!tiny && !invisible && !strategy_->exhausted()) return std::nullopt;
  return exhausted();
}

/// Verifies a claim of convergence, as the dense descents do: empty, it is withdrawn, and the descent goes on with
/// tighter tolerances.
std::optional<Verdict> SparseDescent::concluded(const Verdict& claim) {
  if (cost_ == 0.0) return claim;
  const double size = norm_of_scaled(linear_.column_norms(), coordinates_), residual = std::sqrt(2.0 * cost_);
  if (residual <= rounding_terms * epsilon * size)
    return Verdict{Status::converged, "the residuals are at rounding level"};
  const double allowed = believable_promise(journal_->options), promised = promised_decrease(allowed);
  if (std::sqrt(promised) <= std::sqrt(allowed) + rounding_terms * epsilon * size / residual) return claim;
  if (!claim.exhausted && tests_.withdraw(cost_)) return std::nullopt;
  return Verdict{Status::stalled,
                 fmt::format("{}, but a Gauss-Newton step promises to lower it by {:.1e} of itself, > {:.0e}",
                             claim.reason, promised, allowed)};
}

/// What an undamped Gauss-Newton step would take from the cost, relative to it. The factor of the last step tells,
/// where it was damped little and the promise is small; otherwise one is made for this point. Directions that the
/// normal equations do not determine to rounding, as those of a free gauge, are damped by as little as makes them
/// solvable.
double SparseDescent::promised_decrease(double allowed) {
  if (factor_damping_ <= most_damping) {
    const auto D = strategy_->scale();
    const auto decrement = linear_.decrement_by_last_factor(factor_damping_, D.data(), clearly * allowed * cost_);
    journal_->clock.charge(Stopwatch::linear_solve);
    if (decrement) return *decrement / cost_;
  }
  const auto norms = linear_.column_norms();
  unit_scale_.assign(norms.begin(), norms.end());
  for (double& D : unit_scale_)
    if (!(D > 0.0)) D = 1.0;
  for (double lambda = least_damping; lambda <= most_damping; lambda *= 100.0) {
    const LinearStatus status = linear_.solve(lambda, unit_scale_.data(), step_.data());
    journal_->clock.charge(Stopwatch::linear_solve);
    if (usable(status)) return 0.5 * linear_.squared_product(step_.data()) / cost_;
    if (status == LinearStatus::fatal) break;
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace thalweg
