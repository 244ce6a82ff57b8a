#include <minimize/trust_region.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Probe length of the directional second derivative, relative to the step (Transtrum & Sethna 2012, section 4.2).
constexpr double probe = 0.1;
// Where no step lowers the cost any more, a cosine below this is what rounding leaves of zero: the cost of a step is
// quadratic in it, so it is visible down to √ε only.
constexpr double rounding_cosine = 1e-6;
// A parameter is lost when moving it by its own size changes the residual by less than this part of what it could.
constexpr double collapse = 1e-12;
// The same after a polish, which leaves only rounding.
constexpr double polished_cosine = 1e-5;
// Residuals so small that their squares leave the range of doubles.
constexpr double smallest_cost = 1e-280;
constexpr int max_withdrawals = 6;

/// Every entry is finite, and so is the square of every column's length.
bool has_finite_columns(const DenseMatrix& J) {
  for (std::int64_t j = 0; j < J.columns(); ++j)
    if (!std::isfinite(kernels::dot(J.column(j), J.column(j), J.stride()))) return false;
  return true;
}

bool all_zero(const AlignedArray& v) {
  return std::all_of(v.data(), v.data() + v.size(), [](double a) { return a == 0.0; });
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
      probe_residual_(program.rows()),
      curvature_residual_(program.rows()) {
  const auto n = static_cast<std::size_t>(program.columns());
  for (auto* v : {&step_, &acceleration_, &scratch_n_, &largest_norms_, &largest_sizes_, &x_, &lower_, &upper_})
    v->resize(n);
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
Ending TrustRegion::run(std::vector<double> x, LinearSolver& linear, Strategy& strategy, const Options& options,
                        Stopwatch& clock, Result& result) {
  linear_ = &linear;
  strategy_ = &strategy;
  options_ = &options;
  clock_ = &clock;
  result_ = &result;
  function_tolerance_ = options.function_tolerance;
  gradient_tolerance_ = options.gradient_tolerance;

  std::optional<Verdict> verdict = begin(std::move(x));
  if (!verdict) {
    linearize();
    strategy.start(linear, x_);
    IterationRecord origin;
    origin.iteration = result.iterations;
    origin.cost = state_.cost;
    origin.gradient_norm = gradient_norm_;
    origin.seconds = clock.elapsed();
    result.trace.push_back(origin);
  }
  for (int withdrawals = 0; !verdict;) {
    verdict = gradient_verdict();
    if (!verdict) verdict = limit_verdict();
    if (!verdict) verdict = iterate();
    if (!verdict || verdict->status != Status::converged || confirm(*verdict)) continue;
    if (++withdrawals <= max_withdrawals)
      verdict.reset();
    else
      verdict =
          Verdict{Status::stalled, fmt::format("{}, but the scaled gradient is {:.1e}", verdict->reason, cosine())};
  }
  return {verdict->status, std::move(verdict->reason), state_.x, state_.cost};
}

/// One linear solve, and the step taken or not.
std::optional<TrustRegion::Verdict> TrustRegion::iterate() {
  const ProposedStep proposed = strategy_->propose(*linear_, step_.data());
  clock_->charge(Stopwatch::linear_solve);
  ++result_->iterations;
  Trial trial = attempt(proposed);
  if (trial.outcome == Outcome::accepted && !move()) trial.outcome = Outcome::not_finite;
  IterationRecord done = record(trial);
  std::optional<Verdict> verdict;
  if (done.accepted) {
    ++result_->accepted_steps;
    verdict = step_verdict(proposed);
    strategy_->accepted(trial.gain, proposed.scaled_norm);
    linearize();
    strategy_->linearized(*linear_);
  } else {
    verdict = exhausted_verdict(proposed);
    strategy_->rejected(trial.gain, proposed.scaled_norm);
  }
  const std::optional<Verdict> request = report(done);
  return verdict ? verdict : request;
}

/// Evaluates the start; a verdict when it is not finite.
std::optional<TrustRegion::Verdict> TrustRegion::begin(std::vector<double> x) {
  std::fill(largest_norms_.begin(), largest_norms_.end(), 0.0);
  std::fill(largest_sizes_.begin(), largest_sizes_.end(), 0.0);
  state_.x = std::move(x);
  state_.cost = program_.evaluate(state_.x.data(), state_.residual.data(), state_.jacobian, options_->threads);
  ++result_->evaluations.jacobian;
  clock_->charge(Stopwatch::evaluate);
  const bool finite = std::isfinite(state_.cost) && has_finite_columns(state_.jacobian);
  if (finite && state_.cost < smallest_cost && !all_zero(state_.residual))
    return Verdict{Status::failed,
                   "the residuals are so small that their squares underflow; expected data in other units"};
  if (finite) return std::nullopt;
  const auto culprit = program_.find_non_finite(state_.x.data());
  if (!culprit) return Verdict{Status::non_finite_start, "the cost or its derivatives overflow at the start"};
  const std::string value = std::isnan(culprit->value) ? "nan" : fmt::format("{}", culprit->value);
  if (!culprit->parameter.empty())
    return Verdict{Status::non_finite_start, fmt::format("the derivative of residual {} by {} is {} at the start",
                                                         culprit->residual, culprit->parameter, value)};
  if (!culprit->explanation.empty()) return Verdict{Status::non_finite_start, culprit->explanation + " at the start"};
  return Verdict{Status::non_finite_start, fmt::format("residual {} is {} at the start", culprit->residual, value)};
}

/// Hands J and r to the linear solver. A parameter on its bound that the gradient pushes outwards is held there.
void TrustRegion::linearize() {
  const std::size_t n = x_.size();
  for (std::size_t j = 0; j < n; ++j) {
    x_[j] = state_.x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))];
    largest_sizes_[j] = std::max(largest_sizes_[j], std::abs(x_[j]));
  }
  if (bounded_) {
    kernels::multiply_transposed(state_.jacobian, state_.residual.data(), scratch_n_.data());
    for (std::size_t j = 0; j < n; ++j)
      held_[j] = (x_[j] <= lower_[j] && scratch_n_[j] > 0.0) || (x_[j] >= upper_[j] && scratch_n_[j] < 0.0);
  }
  linear_->linearize(state_.jacobian, state_.residual.data(), held_);
  const auto norms = linear_->column_norms();
  for (std::size_t j = 0; j < n; ++j) largest_norms_[j] = std::max(largest_norms_[j], norms[j]);
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
  for (std::int64_t i = 0; i < program_.rows(); ++i)
    curvature_residual_[i] =
        (2.0 / probe) * ((probe_residual_[i] - state_.residual[i]) / probe - curvature_residual_[i]);
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
  if (options_->acceleration && options_->method != Method::gauss_newton && !program_.has_loss()) {
    trial.outcome = accelerate(step_.data());
    if (trial.outcome != Outcome::accepted) return trial;
    trial.step_norm = norm(step_);
  }
  retract(program_, state_.x, step_.data(), trial_.x);
  const double cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), options_->threads);
  ++result_->evaluations.cost;
  clock_->charge(Stopwatch::evaluate);
  trial.outcome = Outcome::not_finite;
  if (!std::isfinite(cost)) return trial;
  trial_.cost = trial.cost = cost;
  trial.gain = (state_.cost - cost) / proposed.predicted;
  trial.outcome = strategy_->accepts(trial.gain) ? Outcome::accepted : Outcome::no_decrease;
  return trial;
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

std::optional<TrustRegion::Verdict> TrustRegion::gradient_verdict() const {
  if (!convergence::gradient_small(gradient_norm_, gradient_tolerance_)) return std::nullopt;
  return Verdict{Status::converged,
                 fmt::format("gradient {:.1e} <= {:.0e}", gradient_norm_, options_->gradient_tolerance)};
}

/// The tests on an accepted step. trial_ holds the point it left.
std::optional<TrustRegion::Verdict> TrustRegion::step_verdict(const ProposedStep& proposed) const {
  const double actual = trial_.cost - state_.cost;
  if (state_.cost == 0.0) return Verdict{Status::converged, "the cost is zero"};
  if (convergence::decrease_small(actual, proposed.predicted, trial_.cost, function_tolerance_))
    return Verdict{Status::converged, fmt::format("relative decrease of the cost {:.1e} <= {:.0e}",
                                                  actual / trial_.cost, options_->function_tolerance)};
  const double point = std::sqrt(scaled_point(program_, trial_.x, strategy_->scale()));
  if (convergence::step_small(proposed.scaled_norm, point, options_->step_tolerance))
    return Verdict{Status::converged, fmt::format("relative step {:.1e} <= {:.0e}", proposed.scaled_norm / point,
                                                  options_->step_tolerance)};
  return std::nullopt;
}

/// After a rejected step: is there any use in shorter ones?
std::optional<TrustRegion::Verdict> TrustRegion::exhausted_verdict(const ProposedStep& proposed) {
  if (proposed.status == LinearStatus::fatal)
    return Verdict{Status::failed, "the linear solver met numbers that are not finite"};
  const double point = std::sqrt(scaled_point(program_, state_.x, strategy_->scale()));
  const bool tiny = proposed.status == LinearStatus::ok && proposed.scaled_norm <= epsilon * point;
  if (!tiny && !strategy_->exhausted()) return std::nullopt;

  const double scaled_gradient = cosine(), visible = rounding_cosine * coarseness();
  if (scaled_gradient <= visible)
    return Verdict{Status::converged,
                   fmt::format("no step lowers the cost in double precision; scaled gradient {:.1e} <= {:.0e}",
                               scaled_gradient, visible)};
  if (cosine_noise() >= 1.0) return Verdict{Status::converged, "the residuals are at rounding level"};
  return Verdict{Status::stalled, fmt::format("no step lowers the cost, but the scaled gradient is {:.1e} > {:.0e}",
                                              scaled_gradient, visible)};
}

/// The scaled gradient at the current point.
double TrustRegion::cosine() {
  const DenseMatrix& J = state_.jacobian;
  kernels::multiply_transposed(J, state_.residual.data(), acceleration_.data());
  for (std::size_t j = 0; j < held_.size(); ++j)
    if (held_[j]) acceleration_[j] = 0.0;
  for (std::int64_t j = 0; j < J.columns(); ++j)
    scratch_n_[static_cast<std::size_t>(j)] = std::sqrt(kernels::dot(J.column(j), J.column(j), J.stride()));
  return convergence::gradient_cosine(acceleration_, scratch_n_, residual_norm(program_, state_));
}

/// What a relative change of the cost is of ½‖r‖²: 1 without losses. With them the cost may consist of outliers, which
/// no longer count in r, and what it resolves of the gradient is by the root of that less.
double TrustRegion::coarseness() const {
  if (!program_.has_loss()) return 1.0;
  return std::max(1.0, std::sqrt(2.0 * state_.cost) / residual_norm(program_, state_));
}

/// What rounding in r, of the order ε‖Dx‖, makes of a cosine of zero; 1 and more where r is rounding alone. A point
/// that ran to zero on the way, as it does for data that are zero, is measured by where it came from.
double TrustRegion::cosine_noise() const {
  const auto D = linear_->column_norms();
  double path = 0.0;
  for (std::size_t j = 0; j < D.size(); ++j) path += D[j] * largest_sizes_[j] * D[j] * largest_sizes_[j];
  const double here = std::sqrt(scaled_point(program_, state_.x, D));
  const double size = here < 1e-8 * std::sqrt(path) ? std::sqrt(path) : here;
  return 1000.0 * epsilon * size / residual_norm(program_, state_);
}

/// What the caller allows.
std::optional<TrustRegion::Verdict> TrustRegion::limit_verdict() const {
  if (result_->iterations >= options_->max_iterations)
    return Verdict{Status::iteration_limit,
                   fmt::format("the limit of {} iteration{} is reached", options_->max_iterations,
                               options_->max_iterations == 1 ? "" : "s")};
  const double seconds = result_->trace.back().seconds;
  if (seconds >= options_->time_limit)
    return Verdict{Status::time_limit, fmt::format("{:.3g} s, the limit is {:.3g} s", seconds, options_->time_limit)};
  return std::nullopt;
}

/// Puts the record on the trace and shows it to the caller, who may ask to stop.
std::optional<TrustRegion::Verdict> TrustRegion::report(const IterationRecord& record) {
  result_->trace.push_back(record);
  if (options_->callback && options_->callback(record) == Action::stop)
    return Verdict{Status::interrupted, "the callback asked to stop"};
  if (options_->interrupt && options_->interrupt->load(std::memory_order_relaxed))
    return Verdict{Status::interrupted, "on request"};
  return std::nullopt;
}

/// Looks behind a claim of convergence. False withdraws it: the tolerances are tightened and the descent goes on.
bool TrustRegion::confirm(Verdict& verdict) {
  if (const std::string lost = lost_parameters(); !lost.empty()) {
    verdict = {Status::stalled, fmt::format("the residuals do not depend on {} here ({})", lost, verdict.reason)};
    return true;
  }
  if (state_.cost == 0.0) return true;
  // The cost is quadratic in the distance, so a decrease of ε leaves a cosine of about √ε.
  const double credible = 10.0 * std::sqrt(options_->function_tolerance) * coarseness() + cosine_noise();
  const double before = cosine();
  if (!options_->polish) {
    if (before <= credible) return true;
  } else {
    std::optional<Verdict> request;
    const Polish::Outcome outcome = polish(request);
    if (request) {
      verdict = *request;
      return true;
    }
    if (outcome == Polish::Outcome::confirmed && cosine() <= polished_cosine + cosine_noise()) return true;
    if (outcome == Polish::Outcome::impossible && before <= credible) return true;
    if (before <= rounding_cosine || cosine_noise() >= 1.0) return true;
  }
  function_tolerance_ *= 1e-2;
  gradient_tolerance_ *= 1e-2;
  linearize();
  strategy_->linearized(*linear_);
  return false;
}

Polish::Outcome TrustRegion::polish(std::optional<Verdict>& request) {
  clock_->charge(Stopwatch::linear_solve);
  const auto observe = [&](const Polish::Step& step) {
    ++result_->evaluations.jacobian;
    result_->accepted_steps += step.accepted;
    IterationRecord r;
    r.iteration = ++result_->iterations;
    r.phase = IterationRecord::Phase::polish;
    r.accepted = step.accepted;
    r.outcome = step.accepted                    ? Outcome::accepted
                : std::isfinite(step.trial_cost) ? Outcome::no_decrease
                                                 : Outcome::not_finite;
    r.cost = step.accepted ? step.trial_cost : state_.cost;
    r.trial_cost = step.trial_cost;
    r.step_norm = step.norm;
    r.seconds = clock_->elapsed();
    request = report(r);
    return !request.has_value();
  };
  const Polish::Outcome outcome = polish_.run(state_, trial_, held_, options_->threads, observe);
  result_->evaluations.hessian += polish_.used_curvature();
  clock_->charge(Stopwatch::evaluate);
  return outcome;
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

/// In words, which parameters the residuals have lost: they depended on them at some point of the descent, or, when
/// they depend on none at all, should. Empty when all is well. What counts is the change of the residuals when a
/// parameter changes by its own size (by the largest that it had, should it now be small).
std::string TrustRegion::lost_parameters() const {
  const auto norms = linear_->column_norms();
  const double residual_size = residual_norm(program_, state_);
  const auto is_held = [&](std::size_t j) { return !held_.empty() && held_[j]; };
  double strongest = 0.0;
  bool any_free = false;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    strongest = std::max(strongest, norms[j] * largest_size(j));
    any_free = any_free || !is_held(j);
  }
  if (!any_free) return {};
  if (strongest <= collapse * residual_size) return "any parameter";
  std::string names;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    const double threshold = collapse * std::max(strongest, residual_size);
    const bool had = largest_norms_[j] * largest_size(j) > threshold, has = norms[j] * largest_size(j) > threshold;
    if (is_held(j) || has || !had) continue;
    names += (names.empty() ? "" : ", ") +
             program_.problem().parameter_name(program_.component_of(static_cast<std::int64_t>(j)));
  }
  return names;
}

double TrustRegion::largest_size(std::size_t column) const {
  return largest_sizes_[column] > 0.0 ? largest_sizes_[column] : 1.0;
}

}  // namespace thalweg
