#include <minimize/loop/conclusion.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <minimize/verification/evidence.hpp>
#include <minimize/verification/thresholds.hpp>

namespace thalweg::inline v0_1 {
namespace {

// A promise that needs no polish. Where none is possible, because J is singular, the descent must come this far.
constexpr double sharp_promise = 1e-16;
// The decrease of the cost that makes it worth to begin anew.
constexpr double falling = 0.01;
constexpr int most_kink_rounds = 20, most_jumps = 20;

}  // namespace

void Conclusion::begin(Journal& journal) {
  journal_ = &journal;
  influence_.reset(static_cast<std::size_t>(system_.columns()));
  kink_rounds_ = jumps_ = 0;
  renewed_cost_ = lowest_cost_ = std::numeric_limits<double>::infinity();
  kinked_.clear();
  undetermined_.clear();
}

void Conclusion::opened() {
  first_iteration_ = journal_->result.iterations;
  lowest_cost_ = system_.cost();
  const std::vector<double>& x = system_.x();
  lowest_x_.assign(x.begin(), x.end());
  start_x_ = lowest_x_;
}

void Conclusion::see() {
  influence_.see(system_);
  if (journal_->options.globalization == Globalization::none && system_.cost() < lowest_cost_) {
    lowest_cost_ = system_.cost();
    lowest_x_.assign(system_.x().begin(), system_.x().end());
  }
}

std::optional<Verdict> Conclusion::vanishing() {
  if (!influence_.vanished(system_) || !vanishes_at_zero(system_)) return std::nullopt;
  return Verdict{Status::converged, "the parameters and the residuals have run to zero"};
}

Judgement Conclusion::judge(const Verdict& claim) {
  const double allowed = std::max(believable_promise(journal_->options), claim.allowed);
  if (system_.underflows()) return stalled(underflow_words);
  if (const auto lost = influence_.lost(system_); !lost.names.empty()) {
    undetermined_ = undetermined(system_, lost, allowed);
    return stalled(fmt::format("the residuals do not depend on {} here ({})", lost.names, claim.reason));
  }
  if (system_.cost() == 0.0 || vanishing()) return {claim};
  const bool at_start = journal_->result.trace.back().iteration == first_iteration_;
  if (at_start && system_.bends_down() && system_.measure(allowed).holds())
    return stalled(fmt::format("the start is a saddle, not a minimum ({})", claim.reason));
  std::optional<Verdict> request;
  const System::Polished polished = polish(request);
  if (request) return {request};
  const Stationarity here = system_.measure(allowed);
  if (!here.lower.empty() && ++jumps_ <= most_jumps && system_.jump(here.lower)) return {{}, true};
  highest_rank_ = std::max(highest_rank_, here.rank);
  if (!here.holds()) return withdrawn_or(claim, here);
  if (!here.only_rounding && has_lost_directions(here)) {
    if (begin_anew()) return {{}, true};
    return stalled(
        fmt::format("the residuals tell only {} combinations of the parameters apart here, and {} elsewhere ({})",
                    here.rank, highest_rank_, claim.reason));
  }
  const bool sharp = claim.exhausted || claim.allowed > 0.0 || polished == System::Polished::confirmed ||
                     (polished == System::Polished::impossible && here.promised <= sharp_promise);
  // It is a minimum, but its digits are still to come.
  if (!sharp && tests_.withdraw(system_.cost())) return {};
  if (release_kinks()) return {{}, true};
  if (here.only_rounding) return {Verdict{Status::converged, "the residuals are at rounding level"}};
  const std::string names = quoted_names(system_, kinked_);
  Verdict verdict = claim;
  if (!names.empty()) verdict.reason += ", at a kink in " + names;
  return {std::move(verdict)};
}

/// Of a claim that does not hold: the descent goes on with tighter tolerances, anew, or without the components that are
/// at a kink, in this order; or else it has stalled.
Judgement Conclusion::withdrawn_or(const Verdict& claim, const Stationarity& here) {
  if (claim.allowed == 0.0) {
    if (!claim.exhausted && tests_.withdraw(system_.cost())) return {};
    if (begin_anew() || hold_kinks()) return {{}, true};
  }
  if (std::isinf(here.promised))
    return stalled(
        fmt::format("{}, but no linear solve is exact enough to tell whether a step lowers it", claim.reason));
  return stalled(fmt::format("{}, but a Gauss-Newton step promises to lower it by {:.1e} of itself, > {:.0e}",
                             claim.reason, here.promised, here.allowed));
}

/// Whether to begin anew from here, D and λ those of this point: what an enormous start made of them can keep a
/// parameter from moving. False when the cost has hardly fallen since the descent did so last.
bool Conclusion::begin_anew() {
  if (!(system_.cost() < (1.0 - falling) * renewed_cost_)) return false;
  renewed_cost_ = system_.cost();
  return true;
}

/// Whether J had a higher rank where earlier descents began or ended, and second derivatives do not determine what it
/// lost: a Gaussian that narrowed until it covers one row, say.
bool Conclusion::has_lost_directions(const Stationarity& here) {
  if (here.by_curvature || here.rank >= here.columns) return false;
  if (!start_x_.empty()) highest_rank_ = std::max(highest_rank_, system_.rank_at({start_x_.begin(), start_x_.end()}));
  start_x_.clear();
  return here.rank < std::min(highest_rank_, here.columns) && !system_.curves_up();
}

/// Holds the components that are at a kink. False when there is none.
bool Conclusion::hold_kinks() {
  if (++kink_rounds_ > most_kink_rounds) return false;
  system_.linearize();
  const auto found = kinks(system_);
  if (found.empty()) return false;
  kinked_.resize(static_cast<std::size_t>(system_.columns()));
  for (const std::int64_t j : found) kinked_[static_cast<std::size_t>(j)] = 1;
  system_.hold(kinked_);
  return true;
}

/// Lets go of the components held at a kink along which the cost falls again. False when there is none.
bool Conclusion::release_kinks() {
  if (kinked_.empty() || ++kink_rounds_ > most_kink_rounds) return false;
  system_.hold({});
  system_.linearize();
  bool any = false;
  for (std::size_t j = 0; j < kinked_.size(); ++j) {
    if (!kinked_[j] || !falls_beside(system_, static_cast<std::int64_t>(j))) continue;
    kinked_[j] = 0;
    any = true;
  }
  system_.hold(kinked_);
  return any;
}

System::Polished Conclusion::polish(std::optional<Verdict>& request) {
  if (!journal_->options.polish) return System::Polished::confirmed;
  Result& result = journal_->result;
  return system_.polish([&](const System::PolishStep& step) {
    ++result.evaluations.jacobian;
    result.accepted_steps += step.accepted;
    IterationRecord r;
    r.iteration = ++result.iterations;
    r.phase = IterationRecord::Phase::polish;
    r.accepted = step.accepted;
    r.outcome = step.accepted                    ? IterationRecord::Outcome::accepted
                : std::isfinite(step.trial_cost) ? IterationRecord::Outcome::no_decrease
                                                 : IterationRecord::Outcome::not_finite;
    r.cost = system_.cost();
    r.trial_cost = step.trial_cost;
    r.step_norm = step.norm;
    r.seconds = journal_->clock.elapsed();
    request = journal_->report(r, system_.x());
    return !request.has_value();
  });
}

Ending Conclusion::ending(Verdict verdict) const {
  Ending end{verdict.status, std::move(verdict.reason), system_.x(), system_.cost()};
  end.undetermined = undetermined_;
  end.down_to_noise = verdict.status == Status::converged && verdict.allowed > 0.0;
  for (std::size_t j = 0; j < kinked_.size(); ++j)
    if (kinked_[j]) end.at_kink.push_back(system_.component_of(static_cast<std::int64_t>(j)));
  if (verdict.status == Status::non_finite_start || !(end.cost > lowest_cost_)) return end;
  const Options& options = journal_->options;
  const bool climbed =
      options.globalization == Globalization::none && end.cost > lowest_cost_ * (1.0 + options.function_tolerance);
  if (end.status == Status::converged && climbed) {
    end.status = Status::stalled;
    end.reason = fmt::format("the undamped steps climbed from the cost {:.6g} to {:.6g}; the lowest point is reported",
                             lowest_cost_, end.cost);
  }
  end.x.assign(lowest_x_.begin(), lowest_x_.end());
  end.cost = lowest_cost_;
  return end;
}

}  // namespace thalweg::inline v0_1
