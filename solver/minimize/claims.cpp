// What a claim of convergence is worth: the loop's tests look at one number each, and can be deceived.
#include <minimize/trust_region.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg {
namespace {

using claims::rounding_cosine;
constexpr double epsilon = std::numeric_limits<double>::epsilon();
// A parameter is lost when moving it by its own size changes the residual by less than this part of what it could.
constexpr double collapse = 1e-12;
// A cosine after a polish, which leaves only rounding.
constexpr double polished_cosine = 1e-7;
// A cosine that needs no polish. Where none is possible, because J is singular, the descent must come this far.
constexpr double sharp_cosine = 1e-9;
// A Gauss-Newton step that promises more than this part of the cost is worth taking, whatever the gradient's size. Its
// damping leaves out directions in which J is singular to rounding.
constexpr double worthwhile = 1e-3, rounding_damping = 1e-18;
// A Hessian with a unit diagonal bends down when this much of the identity does not make it positive definite.
constexpr double flat = 1e-8;

double squared(double a) { return a * a; }

}  // namespace

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

/// What an undamped Gauss-Newton step would take from the cost, as the linearisation has it, relative to the cost: half
/// the squared cosine between r and the tangent plane (Bates & Watts 1981). Free of units and of J's condition.
double TrustRegion::promised_decrease() {
  if (linear_->solve(rounding_damping, linear_->column_norms().data(), scratch_n_.data()) != LinearStatus::ok)
    return 0.0;
  return 0.5 * linear_->squared_product(scratch_n_.data()) / state_.cost;
}

/// Whether the exact Hessian has a direction in which the cost falls from here, the gradient being zero.
bool TrustRegion::bends_down() {
  const DenseMatrix& J = state_.jacobian;
  const Eigen::Index n = J.columns();
  Eigen::MatrixXd H(n, n);
  program_.curvature(state_.x.data(), state_.residual.data(), H.data());
  ++result_->evaluations.hessian;
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      H(i, j) += kernels::dot(J.column(i), J.column(j), J.stride());
      if (!held_.empty() && (held_[static_cast<std::size_t>(i)] || held_[static_cast<std::size_t>(j)])) H(i, j) = 0.0;
    }
  Eigen::VectorXd size = H.diagonal().cwiseAbs().cwiseSqrt();
  for (Eigen::Index i = 0; i < n; ++i)
    if (!(size[i] > 0.0)) size[i] = 1.0;
  const Eigen::MatrixXd scaled = size.cwiseInverse().asDiagonal() * H * size.cwiseInverse().asDiagonal();
  return scaled.allFinite() &&
         Eigen::LLT<Eigen::MatrixXd>(scaled + flat * Eigen::MatrixXd::Identity(n, n)).info() != Eigen::Success;
}

/// Looks behind a claim of convergence. False withdraws it: the tolerances are tightened and the descent goes on.
bool TrustRegion::confirm(Verdict& verdict) {
  if (const std::string lost = lost_parameters(); !lost.empty()) {
    verdict = {Status::stalled, fmt::format("the residuals do not depend on {} here ({})", lost, verdict.reason)};
    return true;
  }
  if (state_.cost == 0.0) return true;
  // What the caller would not call a decrease is not worth a step either.
  const bool done = promised_decrease() <= std::max(worthwhile, 10.0 * options_->function_tolerance);
  if (result_->trace.back().iteration == first_iteration_ && done && bends_down()) {
    verdict = {Status::stalled, fmt::format("the start is a saddle, not a minimum ({})", verdict.reason)};
    return true;
  }
  // The cost is quadratic in the distance, so a decrease of ε leaves a cosine of about √ε.
  const double credible = 10.0 * std::sqrt(options_->function_tolerance) * coarseness() + cosine_noise();
  const double before = cosine();
  if (!options_->polish) {
    // Nothing will sharpen a minimum of zero, so a cost that is nothing beside the first must do.
    if ((before <= credible && done) || state_.cost <= squared(options_->function_tolerance) * first_cost_) return true;
  } else {
    std::optional<Verdict> request;
    const Polish::Outcome outcome = polish(request);
    if (request) {
      verdict = *request;
      return true;
    }
    if (outcome == Polish::Outcome::confirmed && cosine() <= polished_cosine + cosine_noise()) return true;
    if (outcome == Polish::Outcome::impossible && before <= sharp_cosine && done) return true;
  }
  if ((before <= rounding_cosine && exhausted_) || cosine_noise() >= 1.0) return true;
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
    request = journal_->report(r, state_.x);
    return !request.has_value();
  };
  const Polish::Outcome outcome = polish_.run(state_, trial_, held_, options_->threads, observe);
  result_->evaluations.hessian += polish_.used_curvature();
  clock_->charge(Stopwatch::evaluate);
  return outcome;
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
    names += (names.empty() ? "" : ", ") + program_.column_name(static_cast<std::int64_t>(j));
  }
  return names;
}

double TrustRegion::largest_size(std::size_t column) const {
  return largest_sizes_[column] > 0.0 ? largest_sizes_[column] : 1.0;
}

}  // namespace thalweg
