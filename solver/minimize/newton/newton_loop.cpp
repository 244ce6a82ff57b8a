#include <minimize/newton/newton_loop.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <minimize/objective/general.hpp>
#include <minimize/system/box_step.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr int finishing_steps = 4;
// Of a finishing step the cost may rise by this part of itself: beside the minimum it is rounding.
constexpr double tolerated_rise = 1e-11;
// How fast the scale may fall from step to step. One that never fell would keep what an enormous start made of it; one
// that followed at once would let a parameter that has lost its influence for a moment run away.
constexpr double scale_decay = 0.1;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
bool all_finite(std::span<const double> v) {
  return std::all_of(v.begin(), v.end(), [](double a) { return std::isfinite(a); });
}

}  // namespace

Ending descend_by_newton_models(const Objective& f, std::vector<double> x, const Box& box, Journal& journal) {
  return NewtonLoop(f, box, journal).run(std::move(x));
}

NewtonLoop::NewtonLoop(const Objective& f, const Box& box, Journal& journal)
    : f_(f),
      box_(box),
      journal_(journal),
      claims_(f, journal),
      model_(journal.options.method == Method::newton_cg ? make_steihaug_model(journal.result.evaluations)
                                                         : make_factored_model(journal.result.evaluations)) {
  const auto n = static_cast<std::size_t>(f.dimension());
  for (Vector* v : {&g_, &trial_, &step_, &D_, &work_gradient_, &product_}) v->assign(n, 0.0);
  held_.resize(n);
  for (std::size_t j = 0; j < n; ++j) bounded_ = bounded_ || std::isfinite(box.lower[j]) || std::isfinite(box.upper[j]);
}

// Conn, Gould & Toint, Trust-Region Methods (2000), algorithm 6.1.1; with bounds, in the manner of section 12.2.
Ending NewtonLoop::run(std::vector<double> x) {
  journal_.result.linear_solver = model_->name();
  journal_.result.linear_solver_reason = journal_.options.method == Method::newton_cg
                                             ? "newton-cg needs only products with the Hessian"
                                             : "the Hessian may be indefinite";
  std::optional<Verdict> verdict = begin(std::move(x));
  if (!verdict) journal_.open(value_, gradient_norm_, x_);
  while (!verdict) {
    verdict = claims_.vanishing(value_);
    if (!verdict) verdict = gradient_verdict();
    if (!verdict) verdict = journal_.limit();
    if (!verdict) verdict = iterate();
    if (!verdict || verdict->status != Status::converged) continue;
    if (journal_.options.polish) finish();
    verdict = claims_.judge(*verdict, x_, g_, held_, value_);
  }
  return claims_.ending(std::move(*verdict), x_, value_);
}

std::optional<Verdict> NewtonLoop::begin(Vector x) {
  x_ = std::move(x);
  value_ = f_.gradient(x_, g_);
  ++journal_.result.evaluations.jacobian;
  claims_.begin(x_, value_);
  if (auto verdict = non_finite_start(f_, value_, g_)) return verdict;
  std::fill(D_.begin(), D_.end(), 0.0);
  if (!linearize()) return Verdict{Status::non_finite_start, "second derivatives are not finite at the start"};
  const double size = scaled_length(x_);
  radius_.start(journal_.options.initial_radius * (size > 0.0 ? size : 1.0));
  // The initial radius covers the unconstrained minimiser of a convex model: on a quadratic the first step is the last.
  if (model_->minimize(g_, held_, D_, std::numeric_limits<double>::max(), step_))
    radius_.start(std::max(radius_.value(), 2.0 * scaled_length(step_)));
  return std::nullopt;
}

/// Second derivatives, the scale, and which components their bounds hold.
bool NewtonLoop::linearize() {
  const bool finite = model_->linearize(f_, x_);
  model_->diagonal(work_gradient_);
  for (std::size_t j = 0; j < D_.size(); ++j) {
    const double previous = D_[j], here = work_gradient_[j];
    D_[j] = std::isfinite(here) ? std::max(scale_decay * previous, here) : previous;
    if (D_[j] == 0.0) D_[j] = 1.0;
    const bool below = x_[j] <= box_.lower[j] && g_[j] > 0.0, above = x_[j] >= box_.upper[j] && g_[j] < 0.0;
    held_[j] = below || above || box_.lower[j] == box_.upper[j];
  }
  gradient_norm_ = convergence::projected_gradient_norm(x_, g_, box_.lower, box_.upper);
  journal_.clock.charge(Stopwatch::evaluate);
  return finite;
}

/// One model minimised, and the step taken or not.
std::optional<Verdict> NewtonLoop::iterate() {
  const Proposal proposed = propose();
  journal_.clock.charge(Stopwatch::linear_solve);
  if (proposed.inside && proposed.predicted <= epsilon * std::abs(value_))
    return Verdict{Status::converged, fmt::format("the model promises a relative decrease of the cost of {:.1e}, less "
                                                  "than rounding",
                                                  value_ != 0.0 ? proposed.predicted / std::abs(value_) : 0.0)};
  IterationRecord record;
  record.iteration = ++journal_.result.iterations;
  record.gradient_norm = gradient_norm_;
  record.step_norm = std::sqrt(dot(step_, step_));
  record.outcome = IterationRecord::Outcome::no_decrease;

  for (std::size_t j = 0; j < x_.size(); ++j) trial_[j] = stepped(x_[j], step_[j], box_.lower[j], box_.upper[j]);
  const double before = value_, cost = f_.value(trial_);
  ++journal_.result.evaluations.cost;
  record.trial_cost = cost;
  // Both sides of the ratio lose their digits where the cost no longer changes (Conn, Gould & Toint, section 17.4.2).
  const double noise = 10.0 * epsilon * std::abs(value_);
  record.gain_ratio = (value_ - cost + noise) / (proposed.predicted + noise);
  const bool finite = std::isfinite(cost) && std::isfinite(proposed.predicted);
  bool accepted = finite && proposed.predicted > 0.0 && cost < value_ && record.gain_ratio > 1e-4;
  if (!finite) record.outcome = IterationRecord::Outcome::not_finite;

  std::optional<Verdict> verdict;
  if (accepted) {
    value_ = f_.gradient(trial_, product_);
    ++journal_.result.evaluations.jacobian;
    if (all_finite(product_) && std::isfinite(value_)) {
      std::swap(x_, trial_);
      std::swap(g_, product_);
      f_.recenter(x_, g_);
      if (!linearize()) verdict = Verdict{Status::failed, "second derivatives are not finite"};
    } else {
      accepted = false;
      value_ = before;
      record.outcome = IterationRecord::Outcome::not_finite;
    }
  }
  journal_.clock.charge(Stopwatch::evaluate);
  if (accepted) {
    ++journal_.result.accepted_steps;
    record.outcome = IterationRecord::Outcome::accepted;
    radius_.accepted(record.gain_ratio, proposed.length);
    if (!verdict) verdict = step_verdict(before, proposed);
  } else {
    radius_.rejected(proposed.length);
    verdict = exhausted_verdict(proposed);
  }
  record.accepted = accepted;
  record.cost = value_;
  record.seconds = journal_.clock.elapsed();
  const std::optional<Verdict> request = journal_.report(record, x_);
  return verdict ? verdict : request;
}

namespace {

/// The Newton model, its subspaces minimised by the model solver.
class NewtonBoxModel final : public BoxModel {
 public:
  NewtonBoxModel(ModelSolver& model, const BoxedRegion& region) : model_(model), at_(region) {}
  void product(std::span<const double> step, std::span<double> Hstep) override { model_.product(step, Hstep); }
  bool improve(std::span<const double>, std::span<const double> slope, std::span<const char> fixed,
               std::span<double> w) override {
    model_.minimize(slope, fixed, at_.D, at_.radius, w);
    return all_finite(w);
  }

 private:
  ModelSolver& model_;
  const BoxedRegion& at_;
};

}  // namespace

/// The model's minimiser within the radius, and within the box.
NewtonLoop::Proposal NewtonLoop::propose() {
  Proposal proposed;
  proposed.inside = model_->minimize(g_, held_, D_, radius_.value(), step_);
  const BoxedRegion region = {x_, box_.lower, box_.upper, D_, held_, radius_.value()};
  if (bounded_ && leaves_box(region, step_)) {
    NewtonBoxModel model(*model_, region);
    proposed.inside = false;
    proposed.predicted = minimize_in_box(model, g_, region, step_);
  } else {
    proposed.predicted = predicted();
  }
  proposed.length = scaled_length(step_);
  return proposed;
}

/// −gᵀδ − ½ δᵀHδ.
double NewtonLoop::predicted() {
  model_->product(step_, product_);
  return -dot(g_, step_) - 0.5 * dot(step_, product_);
}

double NewtonLoop::scaled_length(const Vector& v) const {
  double squares = 0.0;
  for (std::size_t j = 0; j < v.size(); ++j) squares += D_[j] * D_[j] * v[j] * v[j];
  return std::sqrt(squares);
}

/// A vanishing gradient is a minimum unless the cost bends down: Newton leaves a saddle along its eigenvector.
std::optional<Verdict> NewtonLoop::gradient_verdict() {
  std::optional<Verdict> verdict = claims_.tests().gradient(gradient_norm_);
  return verdict && model_->convex(held_, D_) ? verdict : std::nullopt;
}

std::optional<Verdict> NewtonLoop::step_verdict(double before, const Proposal& proposed) const {
  if (!proposed.inside) return std::nullopt;  // a short step says nothing when it was kept short
  const double actual = before - value_, size = std::abs(before);
  const Termination& tests = claims_.tests();
  if (auto small = tests.decrease(actual, proposed.predicted, size)) return small;
  return tests.step(proposed.length, scaled_length(x_), Termination::hardly_falls(actual, size));
}

std::optional<Verdict> NewtonLoop::exhausted_verdict(const Proposal& proposed) const {
  const double point = scaled_length(x_);
  if (proposed.length > epsilon * point && radius_.value() > std::numeric_limits<double>::min()) return std::nullopt;
  return exhausted();
}

/// Full steps while they shrink: the cost is flat at a minimum, and the last digits of x are still to come.
void NewtonLoop::finish() {
  double last = std::numeric_limits<double>::infinity();
  radius_.start(scaled_length(x_));
  for (int i = 0; i < finishing_steps; ++i) {
    const Proposal proposed = propose();
    const double point = scaled_length(x_);
    const bool useful = proposed.length > epsilon * point && proposed.length < std::min(0.5 * last, 1e-3 * point);
    if (!proposed.inside || !useful) return;
    last = proposed.length;
    for (std::size_t j = 0; j < x_.size(); ++j) trial_[j] = stepped(x_[j], step_[j], box_.lower[j], box_.upper[j]);
    const double cost = f_.gradient(trial_, product_);
    ++journal_.result.evaluations.jacobian;
    if (!(cost <= value_ + tolerated_rise * std::abs(value_)) || !all_finite(product_)) return;
    IterationRecord record;
    record.phase = IterationRecord::Phase::polish;
    record.iteration = ++journal_.result.iterations;
    ++journal_.result.accepted_steps;
    record.gradient_norm = gradient_norm_;
    record.step_norm = std::sqrt(dot(step_, step_));
    std::swap(x_, trial_);
    std::swap(g_, product_);
    f_.recenter(x_, g_);
    record.cost = record.trial_cost = value_ = cost;
    const bool finite = linearize();
    record.seconds = journal_.clock.elapsed();
    if (journal_.report(record, x_) || !finite) return;
  }
}

}  // namespace thalweg::inline v0_1
