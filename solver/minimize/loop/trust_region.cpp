#include <minimize/loop/trust_region.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/strategy/strategies.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Probe length of the directional second derivative, relative to the step (Transtrum & Sethna 2012, section 4.2).
constexpr double probe = 0.1;
// ‖r‖ beside the size of the terms that r is made of: almost at their rounding, where a short step means something
// while the cost still falls fast.
constexpr double almost_exact = rounding_terms * epsilon;

/// The methods whose last linear solve was that of their step, which the acceleration repeats.
bool is_damped(Method method) { return method == Method::levenberg || method == Method::levenberg_marquardt; }

/// Every entry is finite, and so is the square of every column's length.
bool has_finite_columns(const DenseMatrix& J) {
  for (std::int64_t j = 0; j < J.columns(); ++j)
    if (!std::isfinite(kernels::dot(J.column(j), J.column(j), J.stride()))) return false;
  return true;
}

double norm(const std::vector<double>& v) {
  double squares = 0.0;
  for (const double a : v) squares += a * a;
  return std::sqrt(squares);
}

}  // namespace

TrustRegion::TrustRegion(const Program& program)
    : program_(program),
      state_(program),
      trial_(program),
      polish_(program),
      verifier_(program),
      projection_(program),
      probe_residual_(program.rows()),
      curvature_residual_(program.rows()) {
  const auto n = static_cast<std::size_t>(program.columns());
  for (auto* v : {&step_, &acceleration_, &scratch_n_, &x_, &lower_, &upper_}) v->resize(n);
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(static_cast<std::int64_t>(j)));
    lower_[j] = program.problem().lower()[i];
    upper_[j] = program.problem().upper()[i];
    bounded_ = bounded_ || std::isfinite(lower_[j]) || std::isfinite(upper_[j]);
  }
  if (bounded_) held_.resize(n);
}

// Nocedal & Wright, Numerical Optimization (2006), algorithm 4.1, with the damping λ for a radius
// (Madsen, Nielsen & Tingleff, Methods for Non-Linear Least Squares Problems, 2004, algorithm 3.16).
Ending TrustRegion::run(std::vector<double> x, LinearSolver& linear, Strategy& strategy, Journal& journal) {
  linear_ = &linear;
  strategy_ = &strategy;
  journal_ = &journal;
  options_ = &journal.options;
  clock_ = &journal.clock;
  result_ = &journal.result;
  tests_.start(*options_);
  kink_rounds_ = jumps_ = 0;
  renewed_cost_ = lowest_cost_ = std::numeric_limits<double>::infinity();
  kinked_.clear();
  undetermined_.clear();
  if (!bounded_) held_.clear();

  projection_.choose(*options_);
  strategy.exempt(projection_.columns());
  std::optional<Verdict> verdict = begin(std::move(x));
  if (!verdict) {
    linearize();
    strategy.start(linear, x_);
    journal.open(state_.cost, gradient_norm_, state_.x);
    first_iteration_ = result_->iterations;
    lowest_cost_ = state_.cost;
    lowest_x_ = start_x_ = state_.x;
  }
  while (!verdict) {
    verdict = tests_.gradient(gradient_norm_);
    if (!verdict) verdict = journal_->limit();
    if (!verdict) verdict = iterate();
    if (verdict && verdict->status == Status::converged) verdict = concluded(*verdict);
  }
  return ending(std::move(*verdict));
}

/// The point reported is never higher than the start, and of undamped steps it is the lowest met.
Ending TrustRegion::ending(Verdict verdict) {
  Ending end{verdict.status, std::move(verdict.reason), state_.x, state_.cost};
  end.undetermined = undetermined_;
  for (std::size_t j = 0; j < kinked_.size(); ++j)
    if (kinked_[j]) end.at_kink.push_back(program_.component_of(static_cast<std::int64_t>(j)));
  if (verdict.status == Status::non_finite_start || !(state_.cost > lowest_cost_)) return end;
  const bool climbed = !climbs_refused() && state_.cost > lowest_cost_ * (1.0 + options_->function_tolerance);
  if (end.status == Status::converged && climbed) {
    end.status = Status::stalled;
    end.reason = fmt::format("the undamped steps climbed from the cost {:.6g} to {:.6g}; the lowest point is reported",
                             lowest_cost_, state_.cost);
  }
  end.x = lowest_x_;
  end.cost = lowest_cost_;
  return end;
}

/// One linear solve, and the step taken or not.
std::optional<Verdict> TrustRegion::iterate() {
  ProposedStep proposed = strategy_->propose(*linear_, step_.data());
  confined_ = false;
  if (bounded_ && std::isfinite(proposed.scaled_norm) && proposed.status != LinearStatus::retry)
    proposed = confine(proposed);
  clock_->charge(Stopwatch::linear_solve);
  ++result_->iterations;
  Trial trial = attempt(proposed);
  if (trial.outcome == Outcome::accepted && !move()) trial.outcome = Outcome::not_finite;
  IterationRecord done = record(trial);
  std::optional<Verdict> verdict;
  if (done.accepted) {
    ++result_->accepted_steps;
    if (!climbs_refused() && state_.cost < lowest_cost_) {
      lowest_cost_ = state_.cost;
      lowest_x_ = state_.x;
    }
    verdict = step_verdict(proposed);
    strategy_->accepted(trial.gain, proposed.scaled_norm);
    linearize();
    strategy_->linearized(*linear_);
    if (!verdict && has_vanished())
      verdict = Verdict{Status::converged, "the parameters and the residuals have run to zero"};
  } else {
    verdict = exhausted_verdict(proposed, trial);
    strategy_->rejected(trial.gain, proposed.scaled_norm);
  }
  const std::optional<Verdict> request = journal_->report(done, state_.x);
  return verdict ? verdict : request;
}

/// Evaluates the start; a verdict when it is not finite.
std::optional<Verdict> TrustRegion::begin(std::vector<double> x) {
  influence_.reset(x_.size());
  state_.x = std::move(x);
  state_.cost = program_.evaluate(state_.x.data(), state_.residual.data(), state_.jacobian, options_->threads);
  ++result_->evaluations.jacobian;
  clock_->charge(Stopwatch::evaluate);
  bool finite = std::isfinite(state_.cost) && has_finite_columns(state_.jacobian);
  if (finite && projection_.active() && projection_.apply(state_)) {
    state_.cost = program_.evaluate(state_.x.data(), state_.residual.data(), state_.jacobian, options_->threads);
    ++result_->evaluations.jacobian;
    finite = std::isfinite(state_.cost) && has_finite_columns(state_.jacobian);
  }
  if (finite && squares_underflow(program_, state_)) return Verdict{Status::failed, underflow_words};
  if (finite) return std::nullopt;
  const auto culprit = program_.find_non_finite(state_.x.data());
  if (!culprit) return Verdict{Status::non_finite_start, "the cost or its derivatives overflow at the start"};
  return Verdict{Status::non_finite_start, in_words(*culprit) + " at the start"};
}

/// Hands J and r to the linear solver. A parameter on its bound that the gradient pushes outwards is held there.
void TrustRegion::linearize() {
  const std::size_t n = x_.size();
  program_.coordinates(state_.x.data(), x_.data());
  if (bounded_) {
    kernels::multiply_transposed(state_.jacobian, state_.residual.data(), scratch_n_.data());
    for (std::size_t j = 0; j < n; ++j)
      held_[j] = (x_[j] <= lower_[j] && scratch_n_[j] > 0.0) || (x_[j] >= upper_[j] && scratch_n_[j] < 0.0);
  } else if (!kinked_.empty()) {
    held_.assign(n, 0);
  }
  for (std::size_t j = 0; j < kinked_.size(); ++j) held_[j] = held_[j] || kinked_[j];
  linear_->linearize(state_.jacobian, state_.residual.data(), held_);
  influence_.see(linear_->column_norms(), x_, state_.cost);
  gradient_norm_ = convergence::projected_gradient_norm(x_, linear_->gradient(), lower_, upper_);
  clock_->charge(Stopwatch::linear_solve);
}

/// Bends the step v along the geodesic: v + ½a with a = −(JᵀJ + λD²)⁻¹ Jᵀ r_vv and r_vv ≈ (2/h)((r(x + hv) − r)/h − Jv)
/// (Transtrum & Sethna 2012, equations 8 and 27). Refused when a is too long beside v for the expansion to hold.
TrustRegion::Outcome TrustRegion::accelerate(double* step) {
  const std::int64_t n = program_.columns();
  for (std::int64_t j = 0; j < n; ++j) scratch_n_[static_cast<std::size_t>(j)] = probe * step[j];
  retract(program_, state_.x, scratch_n_.data(), probe_x_);
  const double cost = program_.evaluate(probe_x_.data(), probe_residual_.data(), options_->threads);
  ++result_->evaluations.cost;
  clock_->charge(Stopwatch::evaluate);
  if (!std::isfinite(cost)) return Outcome::not_finite;

  kernels::multiply(state_.jacobian, step, curvature_residual_.data());
  double* bend = curvature_residual_.data();
  const double *at_probe = probe_residual_.data(), *here = state_.residual.data();
#pragma omp simd
  for (std::int64_t i = 0; i < program_.rows(); ++i)
    bend[i] = (2.0 / probe) * ((at_probe[i] - here[i]) / probe - bend[i]);
  kernels::multiply_transposed(state_.jacobian, curvature_residual_.data(), scratch_n_.data());
  const LinearStatus status = linear_->solve_again(scratch_n_.data(), acceleration_.data());
  const auto D = strategy_->scale();
  double v = 0.0, a = 0.0;
  for (std::size_t j = 0; j < D.size(); ++j) {
    v += D[j] * step[j] * D[j] * step[j];
    a += D[j] * acceleration_[j] * D[j] * acceleration_[j];
  }
  clock_->charge(Stopwatch::linear_solve);
  if (status != LinearStatus::ok) return Outcome::singular;
  if (!(2.0 * std::sqrt(a) <= options_->acceleration_limit * std::sqrt(v))) return Outcome::too_curved;
  for (std::int64_t j = 0; j < n; ++j) step[j] -= 0.5 * acceleration_[static_cast<std::size_t>(j)];
  return Outcome::accepted;
}

/// Evaluates the cost at the end of the step.
TrustRegion::Trial TrustRegion::attempt(const ProposedStep& proposed) {
  Trial trial;
  if (proposed.status != LinearStatus::ok && proposed.status != LinearStatus::inexact) return trial;
  trial.step_norm = norm(step_);
  trial.outcome = Outcome::not_finite;
  if (!(std::isfinite(proposed.predicted) && std::isfinite(proposed.scaled_norm))) return trial;
  // With a loss r is corrected anew at each point, and its second difference has nothing to do with J. With the weights
  // of the point frozen it would; over 527 robust fits that saved a tenth of the iterations, for two more residuals a
  // trial.
  if (options_->acceleration && is_damped(options_->method) && !program_.has_loss() && !confined_) {
    trial.outcome = accelerate(step_.data());
    if (trial.outcome != Outcome::accepted) return trial;
    trial.step_norm = norm(step_);
  }
  retract(program_, state_.x, step_.data(), trial_.x);
  trial.outcome = Outcome::not_finite;
  if (!evaluate_trial()) return trial;
  trial.cost = trial_.cost;
  trial.gain = (state_.cost - trial_.cost) / proposed.predicted;
  // With both negative their ratio looks good.
  const bool falls = proposed.predicted > 0.0 && trial_.cost < state_.cost;
  trial.outcome =
      strategy_->accepts(trial.gain) && (falls || !climbs_refused()) ? Outcome::accepted : Outcome::no_decrease;
  return trial;
}

/// The cost at trial_.x, whose linear components are brought to their best values first. False when it is not finite.
bool TrustRegion::evaluate_trial() {
  if (!projection_.active()) {
    trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), options_->threads);
    ++result_->evaluations.cost;
  } else {
    trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), trial_.jacobian, options_->threads);
    ++result_->evaluations.jacobian;
    projection_.apply(trial_);
  }
  clock_->charge(Stopwatch::evaluate);
  return std::isfinite(trial_.cost);
}

/// Makes the trial the current point; the old one is left in trial_. False when its Jacobian is not finite.
bool TrustRegion::move() {
  trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), trial_.jacobian, options_->threads);
  ++result_->evaluations.jacobian;
  clock_->charge(Stopwatch::evaluate);
  if (!has_finite_columns(trial_.jacobian)) return false;
  std::swap(state_, trial_);
  return true;
}

/// The tests on an accepted step. trial_ holds the point it left.
std::optional<Verdict> TrustRegion::step_verdict(const ProposedStep& proposed) const {
  const double actual = trial_.cost - state_.cost;
  if (state_.cost == 0.0) return Verdict{Status::converged, "the cost is zero"};
  if (const auto small = tests_.decrease(actual, proposed.predicted, trial_.cost)) return small;
  const auto norms = linear_->column_norms();  // of the point left
  const double moved = scaled_norm(norms, step_.data()), point = std::sqrt(scaled_point(program_, trial_.x, norms));
  const bool hardly_falls =
      Termination::hardly_falls(actual, trial_.cost) || residual_norm(program_, state_) <= almost_exact * point;
  return tests_.step(moved, point, hardly_falls);
}

/// After a rejected step: is there any use in shorter ones?
std::optional<Verdict> TrustRegion::exhausted_verdict(const ProposedStep& proposed, const Trial& trial) const {
  if (proposed.status == LinearStatus::fatal)
    return Verdict{Status::failed, "the linear solver met numbers that are not finite"};
  const auto norms = linear_->column_norms();
  const double point = std::sqrt(scaled_point(program_, state_.x, norms));
  const bool tiny = proposed.status == LinearStatus::ok && scaled_norm(norms, step_.data()) <= epsilon * point;
  const bool invisible = convergence::decrease_invisible(state_.cost - trial.cost, proposed.predicted, state_.cost);
  if (!tiny && !invisible && !strategy_->exhausted()) {
    if (std::isfinite(trial.cost) && residual_norm(program_, state_) <= almost_exact * point)
      return Verdict{Status::converged, "the residuals are almost at rounding level"};
    return std::nullopt;
  }
  return exhausted();
}

/// What is known of an iteration before its step changes λ and the gradient.
IterationRecord TrustRegion::record(const Trial& trial) const {
  IterationRecord r;
  r.iteration = result_->iterations;
  r.outcome = trial.outcome;
  r.accepted = trial.outcome == Outcome::accepted;
  r.cost = state_.cost;
  r.trial_cost = trial.cost;
  r.gradient_norm = gradient_norm_;
  r.step_norm = trial.step_norm;
  r.gain_ratio = trial.gain;
  r.damping = strategy_->damping();
  r.seconds = clock_->elapsed();
  return r;
}

}  // namespace thalweg
