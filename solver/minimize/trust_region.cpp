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
// A claim of convergence is not believed above this cosine unless the polish confirms it.
constexpr double credible_cosine = 1e-2;
constexpr int max_withdrawals = 6;

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
  for (auto* v : {&step_, &acceleration_, &scratch_n_, &largest_norms_, &largest_sizes_}) v->resize(n);
  const auto& lower = program.problem().lower();
  const auto& upper = program.problem().upper();
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(static_cast<std::int64_t>(j)));
    bounded_ = bounded_ || std::isfinite(lower[i]) || std::isfinite(upper[i]);
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
    strategy.start(linear, step_);
    result.trace.push_back(record({}, true));
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
  const Trial trial = attempt(proposed);
  const bool accepted = trial.valid && strategy_->accepts(trial.gain) && move();
  std::optional<Verdict> verdict;
  if (accepted) {
    ++result_->accepted_steps;
    verdict = step_verdict(proposed);
    strategy_->accepted(trial.gain, proposed.scaled_norm);
    linearize();
    strategy_->linearized(*linear_);
  } else {
    verdict = exhausted_verdict(proposed);
    strategy_->rejected(trial.gain, proposed.scaled_norm);
  }
  result_->trace.push_back(record(trial, accepted));
  return verdict ? verdict : request_verdict(result_->trace.back());
}

/// Evaluates the start; a verdict when it is not finite.
std::optional<TrustRegion::Verdict> TrustRegion::begin(std::vector<double> x) {
  std::fill(largest_norms_.begin(), largest_norms_.end(), 0.0);
  std::fill(largest_sizes_.begin(), largest_sizes_.end(), 0.0);
  state_.x = std::move(x);
  state_.cost = program_.evaluate(state_.x.data(), state_.residual.data(), state_.jacobian, options_->threads);
  ++result_->evaluations.jacobian;
  clock_->charge(Stopwatch::evaluate);
  bool finite = std::isfinite(state_.cost);
  for (std::int64_t j = 0; j < program_.columns() && finite; ++j) {
    const double* column = state_.jacobian.column(j);
    finite = std::isfinite(kernels::dot(column, column, state_.jacobian.stride()));
  }
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
  const auto n = static_cast<std::size_t>(program_.columns());
  if (bounded_) {
    kernels::multiply_transposed(state_.jacobian, state_.residual.data(), scratch_n_.data());
    for (std::size_t j = 0; j < n; ++j) {
      const auto i = static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)));
      held_[j] = (state_.x[i] <= program_.problem().lower()[i] && scratch_n_[j] > 0.0) ||
                 (state_.x[i] >= program_.problem().upper()[i] && scratch_n_[j] < 0.0);
    }
  }
  linear_->linearize(state_.jacobian, state_.residual.data(), held_);
  const auto g = linear_->gradient();
  const auto norms = linear_->column_norms();
  for (std::size_t j = 0; j < n; ++j) largest_norms_[j] = std::max(largest_norms_[j], norms[j]);
  gradient_norm_ = 0.0;
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)));
    step_[j] = state_.x[i];
    largest_sizes_[j] = std::max(largest_sizes_[j], std::abs(state_.x[i]));
    const double room =
        std::clamp(-g[j], program_.problem().lower()[i] - state_.x[i], program_.problem().upper()[i] - state_.x[i]);
    gradient_norm_ = std::max(gradient_norm_, std::abs(room));
  }
  clock_->charge(Stopwatch::linear_solve);
}

/// Bends the step v along the geodesic: v + ½a with a = −(JᵀJ + λD²)⁻¹ Jᵀ r_vv and r_vv ≈ (2/h)((r(x + hv) − r)/h − Jv)
/// (Transtrum & Sethna 2012, equations 8 and 27). False when a is too long beside v for the expansion to hold.
bool TrustRegion::accelerate(double* step) {
  const std::int64_t n = program_.columns();
  for (std::int64_t j = 0; j < n; ++j) scratch_n_[static_cast<std::size_t>(j)] = probe * step[j];
  retract(program_, state_.x, scratch_n_.data(), probe_x_);
  const double cost = program_.evaluate(probe_x_.data(), probe_residual_.data(), options_->threads);
  ++result_->evaluations.cost;
  clock_->charge(Stopwatch::evaluate);
  if (!std::isfinite(cost)) return false;

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
  if (status != LinearStatus::ok || !(2.0 * std::sqrt(a) <= options_->acceleration_limit * std::sqrt(v))) return false;
  for (std::int64_t j = 0; j < n; ++j) step[j] -= 0.5 * acceleration_[static_cast<std::size_t>(j)];
  return true;
}

/// Evaluates the cost at the end of the step.
TrustRegion::Trial TrustRegion::attempt(const ProposedStep& proposed) {
  Trial trial;
  if (proposed.status != LinearStatus::ok && proposed.status != LinearStatus::inexact) return trial;
  if (!(std::isfinite(proposed.predicted) && std::isfinite(proposed.scaled_norm))) return trial;
  const bool damped = options_->method != Method::gauss_newton;
  if (options_->acceleration && damped && !accelerate(step_.data())) return trial;
  trial.step_norm = norm(step_);
  retract(program_, state_.x, step_.data(), trial_.x);
  trial_.cost = trial.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), options_->threads);
  ++result_->evaluations.cost;
  clock_->charge(Stopwatch::evaluate);
  trial.valid = std::isfinite(trial.cost);
  if (trial.valid) trial.gain = (state_.cost - trial.cost) / proposed.predicted;
  return trial;
}

/// Makes the trial the current point; the old one is left in trial_. False when its Jacobian is not finite.
bool TrustRegion::move() {
  trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), trial_.jacobian, options_->threads);
  ++result_->evaluations.jacobian;
  clock_->charge(Stopwatch::evaluate);
  for (std::int64_t j = 0; j < program_.columns(); ++j) {
    const double* column = trial_.jacobian.column(j);
    if (!std::isfinite(kernels::dot(column, column, trial_.jacobian.stride()))) return false;
  }
  std::swap(state_, trial_);
  return true;
}

std::optional<TrustRegion::Verdict> TrustRegion::gradient_verdict() const {
  if (!convergence::gradient_small(gradient_norm_, gradient_tolerance_)) return std::nullopt;
  return Verdict{Status::converged, fmt::format("gradient {:.1e} <= {:.0e}", gradient_norm_, gradient_tolerance_)};
}

/// The tests on an accepted step. trial_ holds the point it left.
std::optional<TrustRegion::Verdict> TrustRegion::step_verdict(const ProposedStep& proposed) const {
  const double actual = trial_.cost - state_.cost;
  if (state_.cost == 0.0) return Verdict{Status::converged, "the cost is zero"};
  if (convergence::decrease_small(actual, proposed.predicted, trial_.cost, function_tolerance_))
    return Verdict{Status::converged, fmt::format("relative decrease of the cost {:.1e} <= {:.0e}",
                                                  actual / trial_.cost, function_tolerance_)};
  const double point = std::sqrt(scaled_point(program_, trial_.x, strategy_->scale()));
  if (convergence::step_small(proposed.scaled_norm, point, options_->step_tolerance))
    return Verdict{Status::converged, fmt::format("relative step {:.1e} <= {:.0e}", proposed.scaled_norm / point,
                                                  options_->step_tolerance)};
  return std::nullopt;
}

/// After a rejected step: is there any use in shorter ones?
std::optional<TrustRegion::Verdict> TrustRegion::exhausted_verdict(const ProposedStep& proposed) const {
  if (proposed.status == LinearStatus::fatal)
    return Verdict{Status::failed, "the linear solver met numbers that are not finite"};
  const double point = std::sqrt(scaled_point(program_, state_.x, strategy_->scale()));
  const bool tiny = proposed.status == LinearStatus::ok && proposed.scaled_norm <= epsilon * point;
  if (!tiny && !strategy_->exhausted()) return std::nullopt;

  if (cosine() <= rounding_cosine)
    return Verdict{Status::converged,
                   fmt::format("no step lowers the cost in double precision; scaled gradient {:.1e} <= {:.0e}",
                               cosine(), rounding_cosine)};
  if (at_rounding_level())
    return Verdict{Status::converged, fmt::format("the residuals are at rounding level, {:.1e} of the model",
                                                  std::sqrt(2.0 * state_.cost) / point)};
  return Verdict{Status::stalled, fmt::format("no step lowers the cost, but the scaled gradient is {:.1e} > {:.0e}",
                                              cosine(), rounding_cosine)};
}

double TrustRegion::cosine() const {
  return convergence::gradient_cosine(linear_->gradient(), linear_->column_norms(), std::sqrt(2.0 * state_.cost));
}

/// r is what rounding leaves of an exact fit.
bool TrustRegion::at_rounding_level() const {
  const double model = std::sqrt(scaled_point(program_, state_.x, linear_->column_norms()));
  return std::sqrt(2.0 * state_.cost) <= 100.0 * epsilon * model;
}

/// What the caller allows.
std::optional<TrustRegion::Verdict> TrustRegion::limit_verdict() const {
  if (result_->iterations >= options_->max_iterations)
    return Verdict{Status::iteration_limit, fmt::format("{} iterations, the limit", options_->max_iterations)};
  const double seconds = result_->trace.back().seconds;
  if (seconds >= options_->time_limit)
    return Verdict{Status::time_limit, fmt::format("{:.3g} s, the limit is {:.3g} s", seconds, options_->time_limit)};
  return std::nullopt;
}

/// What the caller asks for on the way.
std::optional<TrustRegion::Verdict> TrustRegion::request_verdict(const IterationRecord& last) const {
  if (options_->callback && options_->callback(last) == Action::stop)
    return Verdict{Status::interrupted, "the callback asked to stop"};
  if (options_->interrupt && options_->interrupt->load(std::memory_order_relaxed))
    return Verdict{Status::interrupted, "interrupted"};
  return std::nullopt;
}

/// Looks behind a claim of convergence. False withdraws it: the tolerances are tightened and the descent goes on.
bool TrustRegion::confirm(Verdict& verdict) {
  if (const std::string lost = lost_parameters(); !lost.empty()) {
    verdict = {Status::stalled, fmt::format("the residuals do not depend on {} any more ({})", lost, verdict.reason)};
    return true;
  }
  if (state_.cost == 0.0) return true;
  const bool credible = cosine() <= credible_cosine || at_rounding_level();
  if (!options_->polish && credible) return true;
  if (options_->polish) {
    const Polish::Outcome outcome = polish();
    if (outcome == Polish::Outcome::confirmed || (outcome == Polish::Outcome::impossible && credible)) return true;
  }
  function_tolerance_ *= 1e-2;
  gradient_tolerance_ *= 1e-2;
  linearize();
  strategy_->linearized(*linear_);
  return false;
}

Polish::Outcome TrustRegion::polish() {
  clock_->charge(Stopwatch::linear_solve);
  const auto observe = [&](const Polish::Step& step) {
    ++result_->evaluations.jacobian;
    IterationRecord r;
    r.iteration = ++result_->iterations;
    r.phase = IterationRecord::Phase::polish;
    r.accepted = step.accepted;
    r.valid = std::isfinite(step.trial_cost);
    r.cost = step.accepted ? step.trial_cost : state_.cost;
    r.trial_cost = step.trial_cost;
    r.step_norm = step.norm;
    r.seconds = clock_->elapsed();
    result_->accepted_steps += step.accepted;
    result_->trace.push_back(r);
  };
  const Polish::Outcome outcome = polish_.run(state_, trial_, held_, options_->threads, observe);
  result_->evaluations.hessian += polish_.used_curvature();
  clock_->charge(Stopwatch::evaluate);
  return outcome;
}

IterationRecord TrustRegion::record(const Trial& trial, bool accepted) {
  IterationRecord r;
  r.iteration = result_->iterations;
  r.accepted = accepted;
  r.cost = state_.cost;
  r.gradient_norm = gradient_norm_;
  if (result_->iterations > 0) {
    r.valid = trial.valid;
    r.trial_cost = trial.valid ? trial.cost : IterationRecord::unset;
    r.gain_ratio = trial.gain;
    r.damping = strategy_->damping();
    r.step_norm = trial.step_norm;
  }
  r.seconds = clock_->elapsed();
  return r;
}

/// In words, which parameters the residuals have lost: they depended on them at some point of the descent, or, when
/// they depend on none at all, should. Empty when all is well. What counts is the change of the residuals when a
/// parameter changes by its own size (by the largest that it had, should it now be small).
std::string TrustRegion::lost_parameters() const {
  const auto norms = linear_->column_norms();
  const double residual_norm = std::sqrt(2.0 * state_.cost);
  const auto is_held = [&](std::size_t j) { return !held_.empty() && held_[j]; };
  double strongest = 0.0;
  bool any_free = false;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    strongest = std::max(strongest, norms[j] * largest_size(j));
    any_free = any_free || !is_held(j);
  }
  if (!any_free) return {};
  if (strongest <= collapse * residual_norm) return "any parameter";
  std::string names;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    const double threshold = collapse * std::max(strongest, residual_norm);
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
