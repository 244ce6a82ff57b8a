#include <minimize/loop/trust_region.hpp>

#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

// After a step that gained so much of what was predicted, the next is expected to be good.
constexpr double confident_gain = 0.5;

struct Lengths {
  double step, scaled_step, scaled_point;  // ‖δ‖, ‖Dδ‖, ‖Dx‖
};

/// In one pass. A vector register is not worth filling for few terms.
Lengths lengths(const DampedSystem& linear, std::span<const double> x, std::span<const double> step) {
  const std::span<const double> D = linear.column_norms();
  constexpr std::size_t few = 32;
  double a = 0.0, b = 0.0, c = 0.0;
  const auto add = [&](std::size_t j) {
    const double scaled = D[j] * step[j], point = D[j] * x[j];
    a += step[j] * step[j];
    b += scaled * scaled;
    c += point * point;
  };
  if (step.size() < few) {
    for (std::size_t j = 0; j < step.size(); ++j) add(j);
  } else {
#pragma omp simd reduction(+ : a, b, c)
    for (std::size_t j = 0; j < step.size(); ++j) add(j);
  }
  double sums[] = {a, b, c};
  linear.add_up(sums);
  return {std::sqrt(sums[0]), std::sqrt(sums[1]), std::sqrt(sums[2])};
}

}  // namespace

TrustRegion::TrustRegion(System& system) : system_(system), conclusion_(system, tests_) {
  step_.resize(static_cast<std::size_t>(system.columns()));
}

// Nocedal & Wright, Numerical Optimization (2006), algorithm 4.1, with the damping λ for a radius
// (Madsen, Nielsen & Tingleff, Methods for Non-Linear Least Squares Problems, 2004, algorithm 3.16).
Ending TrustRegion::run(std::vector<double> x, Strategy& strategy, Journal& journal) {
  strategy_ = &strategy;
  journal_ = &journal;
  tests_.start(journal.options);
  confident_ = false;
  std::optional<Verdict> verdict = begin(std::move(x));
  while (!verdict) {
    verdict = tests_.gradient(system_.gradient_norm());
    if (!verdict) verdict = journal.limit();
    if (!verdict) verdict = iterate();
    if (verdict && verdict->status == Status::converged) verdict = judge(*verdict);
  }
  return conclusion_.ending(std::move(*verdict));
}

std::optional<Verdict> TrustRegion::begin(std::vector<double> x) {
  conclusion_.begin(*journal_);
  if (auto verdict = system_.begin(std::move(x), *journal_)) return verdict;
  conclusion_.see();
  strategy_->exempt(system_.projected());
  strategy_->start(system_.steps(), system_.sizes());
  journal_->open(system_.cost(), system_.gradient_norm(), system_.x());
  conclusion_.opened();
  return std::nullopt;
}

/// One linear solve, and the step taken or not.
std::optional<Verdict> TrustRegion::iterate() {
  const ProposedStep proposed =
      system_.confine(strategy_->propose(system_.steps(), step_.data()), *strategy_, step_.data());
  journal_->clock.charge(Stopwatch::linear_solve);
  const double cost = system_.cost();
  IterationRecord record;
  record.iteration = ++journal_->result.iterations;
  record.gradient_norm = system_.gradient_norm();
  record.damping = strategy_->damping();
  record.outcome = attempt(proposed, record);
  if (record.outcome == Outcome::accepted && !system_.accept()) record.outcome = Outcome::not_finite;
  record.accepted = record.outcome == Outcome::accepted;
  confident_ = record.accepted && record.gain_ratio > confident_gain;
  std::optional<Verdict> verdict;
  if (record.accepted) {
    ++journal_->result.accepted_steps;
    verdict = tests_.accepted({cost, system_.cost(), proposed.predicted, length_, point_, system_.residual_norm()});
    if (!verdict) verdict = tests_.noise(system_.cost(), system_.variance());
    strategy_->accepted(record.gain_ratio, proposed.scaled_norm);
    linearize();
    if (!verdict) verdict = conclusion_.vanishing();
  } else {
    const bool changed = system_.reject();
    verdict = tests_.rejected({cost, record.trial_cost, proposed.predicted, length_, point_, system_.residual_norm()},
                              proposed.status, strategy_->exhausted());
    strategy_->rejected(record.gain_ratio, proposed.scaled_norm);
    if (changed) linearize();
  }
  record.cost = system_.cost();
  record.seconds = journal_->clock.elapsed();
  const std::optional<Verdict> request = journal_->report(record, system_.x());
  return verdict ? verdict : request;
}

/// Evaluates the cost at the end of the step, and says whether it is to be taken.
IterationRecord::Outcome TrustRegion::attempt(const ProposedStep& proposed, IterationRecord& record) {
  length_ = point_ = IterationRecord::unset;
  if (!usable(proposed.status)) return Outcome::singular;
  Outcome bent = Outcome::not_finite;
  if (std::isfinite(proposed.predicted) && std::isfinite(proposed.scaled_norm))
    bent = system_.accelerate(strategy_->scale(), step_.data());
  const Lengths found = lengths(system_.steps(), system_.sizes(), step_);
  record.step_norm = found.step;
  length_ = found.scaled_step;
  point_ = found.scaled_point;
  if (bent != Outcome::accepted) return bent;
  const double trial = system_.evaluate(step_.data(), confident_);
  if (!std::isfinite(trial)) return Outcome::not_finite;
  record.trial_cost = trial;
  record.gain_ratio = (system_.cost() - trial) / proposed.predicted;
  // With both rising their ratio looks good.
  const bool falls = proposed.predicted > 0.0 && trial < system_.cost();
  return strategy_->accepts(record.gain_ratio) && (falls || may_climb()) ? Outcome::accepted : Outcome::no_decrease;
}

/// What verification makes of a claim; empty: the descent goes on, from where that left the system.
std::optional<Verdict> TrustRegion::judge(const Verdict& claim) {
  const Judgement found = conclusion_.judge(claim);
  if (found.verdict) return found.verdict;
  if (found.anew) {
    tests_.renew();
    system_.linearize();
    conclusion_.see();
    strategy_->start(system_.steps(), system_.sizes());
  } else {
    linearize();
  }
  return std::nullopt;
}

void TrustRegion::linearize() {
  system_.linearize();
  conclusion_.see();
  strategy_->linearized(system_.steps());
}

}  // namespace thalweg::inline v0_1
