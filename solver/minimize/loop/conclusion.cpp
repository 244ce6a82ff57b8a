// What becomes of a descent whose convergence test fired, or that no step takes lower: verified, continued or stalled.
#include <minimize/loop/trust_region.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <minimize/strategy/strategies.hpp>

namespace thalweg {
namespace {

// A promise that needs no polish. Where none is possible, because J is singular, the descent must come this far.
constexpr double sharp_promise = 1e-16;
// The decrease of the cost that makes it worth to begin anew.
constexpr double falling = 0.01;
constexpr int most_kink_rounds = 20, most_jumps = 20;

}  // namespace

/// Verifies a claim of convergence. Empty: the claim is withdrawn, and the descent goes on.
std::optional<Verdict> TrustRegion::concluded(const Verdict& claim) {
  if (squares_underflow(program_, state_)) return Verdict{Status::stalled, underflow_words};
  const auto lost = influence_.lost(program_, linear_->column_norms(), held_, residual_norm(program_, state_));
  if (!lost.names.empty()) {
    undetermined_ = verifier_.undetermined(state_, held_, lost, *options_, *result_);
    return Verdict{Status::stalled,
                   fmt::format("the residuals do not depend on {} here ({})", lost.names, claim.reason)};
  }
  if (state_.cost == 0.0 || has_vanished()) return claim;
  const bool at_start = result_->trace.back().iteration == first_iteration_;
  if (at_start && verifier_.measure(state_, held_, *options_, *result_).holds() &&
      verifier_.bends_down(state_, held_, *result_))
    return Verdict{Status::stalled, fmt::format("the start is a saddle, not a minimum ({})", claim.reason)};
  std::optional<Verdict> request;
  const Polish::Outcome outcome = options_->polish ? polish(request) : Polish::Outcome::confirmed;
  if (request) return request;
  const Stationarity here =
      verifier_.measure(state_, held_, *options_, *result_, options_->polish ? polish_.final_factor() : nullptr);
  if (move_to(here.lower)) return std::nullopt;
  highest_rank_ = std::max(highest_rank_, here.rank);
  const bool sharp = claim.exhausted || outcome == Polish::Outcome::confirmed ||
                     (outcome == Polish::Outcome::impossible && here.promised <= sharp_promise);
  if (!here.only_rounding && here.holds() && has_lost_directions(here)) {
    if (begin_anew()) return std::nullopt;
    return Verdict{
        Status::stalled,
        fmt::format("the residuals tell only {} combinations of the parameters apart here, and {} elsewhere ({})",
                    here.rank, highest_rank_, claim.reason)};
  }
  if (here.holds() && (sharp || !withdraw())) {
    if (release_kinks()) return std::nullopt;
    if (here.only_rounding) return Verdict{Status::converged, "the residuals are at rounding level"};
    return Verdict{Status::converged, claim.reason + kink_words()};
  }
  if (here.holds()) return std::nullopt;  // withdrawn: it is a minimum, but its digits are still to come
  if (!claim.exhausted && withdraw()) return std::nullopt;
  if (begin_anew() || hold_kinks()) return std::nullopt;
  return Verdict{Status::stalled,
                 fmt::format("{}, but a Gauss-Newton step promises to lower it by {:.1e} of itself, > {:.0e}",
                             claim.reason, here.promised, here.allowed)};
}

/// Tightens the tolerances and continues. False when claims have been withdrawn too often in a row.
bool TrustRegion::withdraw() {
  if (!tests_.withdraw(state_.cost)) return false;
  linearize();
  strategy_->linearized(*linear_);
  return true;
}

/// Goes on from a point of lower cost that the verification met. False when there is none.
bool TrustRegion::move_to(const std::vector<double>& lower) {
  if (lower.empty() || ++jumps_ > most_jumps) return false;
  trial_.x = lower;
  if (!move()) return false;
  if (!(state_.cost < trial_.cost)) {
    std::swap(state_, trial_);
    return false;
  }
  restart_strategy();
  return true;
}

/// Holds the components that are at a kink, and begins anew with the others. False when there is none.
bool TrustRegion::hold_kinks() {
  if (++kink_rounds_ > most_kink_rounds) return false;
  const auto found = verifier_.kinks(state_, held_, *options_, *result_);
  if (found.empty()) return false;
  kinked_.resize(step_.size());
  for (const std::int64_t j : found) kinked_[static_cast<std::size_t>(j)] = 1;
  restart_strategy();
  return true;
}

/// Lets go of the components held at a kink along which the cost falls again. False when there is none.
bool TrustRegion::release_kinks() {
  if (kinked_.empty() || ++kink_rounds_ > most_kink_rounds) return false;
  bool any = false;
  for (std::size_t j = 0; j < kinked_.size(); ++j) {
    if (!kinked_[j] || !verifier_.falls_beside(state_, static_cast<std::int64_t>(j), *options_, *result_)) continue;
    kinked_[j] = 0;
    any = true;
  }
  if (any) restart_strategy();
  return any;
}

/// Begins anew from here, D and λ those of this point: what an enormous start made of them can keep a parameter from
/// moving. False when the cost has hardly fallen since it did so last.
bool TrustRegion::begin_anew() {
  if (!(state_.cost < (1.0 - falling) * renewed_cost_)) return false;
  renewed_cost_ = state_.cost;
  restart_strategy();
  return true;
}

/// Whether J had a higher rank where earlier descents began or ended, and second derivatives do not determine what it
/// lost: a Gaussian that narrowed until it covers one row, say.
bool TrustRegion::has_lost_directions(const Stationarity& here) {
  if (here.by_curvature || here.rank >= here.columns) return false;
  if (!start_x_.empty()) {
    trial_.x = std::move(start_x_);
    start_x_.clear();
    trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), trial_.jacobian, options_->threads);
    ++result_->evaluations.jacobian;
    highest_rank_ = std::max(highest_rank_, verifier_.rank(trial_));
  }
  return here.rank < std::min(highest_rank_, here.columns) && !verifier_.curves_up(state_, held_, *result_);
}

void TrustRegion::restart_strategy() {
  tests_.renew();
  linearize();
  strategy_->start(*linear_, x_);
}

std::string TrustRegion::kink_words() const {
  std::string names;
  for (std::size_t j = 0; j < kinked_.size(); ++j)
    if (kinked_[j]) names += (names.empty() ? "'" : ", '") + program_.column_name(static_cast<std::int64_t>(j)) + "'";
  return names.empty() ? names : ", at a kink in " + names;
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

}  // namespace thalweg
