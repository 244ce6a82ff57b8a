#include <minimize/descent/descent_loop.hpp>

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
// Values of F this close together, relative to F, are equal as far as a line search can tell.
constexpr double value_noise = 1e-12;
// As in the Newton loop: how fast the scale may fall from step to step.
constexpr double scale_decay = 0.1;
// Slopes of conjugate directions must be small, or their conjugacy is lost (Nocedal & Wright 2006, section 5.2).
constexpr double loose_curvature = 0.9, tight_curvature = 0.1;
constexpr int most_small_decreases = 5;

// Steps in a row that a line search accepts, though none of them is lower than an earlier point: rounding decides
// there.
constexpr int most_idle = 100;

}  // namespace

Ending descend_along_directions(const Objective& f, std::vector<double> x, const Box& box, Journal& journal) {
  return DescentLoop(f, box, journal).run(x);
}

DescentLoop::DescentLoop(const Objective& f, const Box& box, Journal& journal)
    : f_(f),
      box_(box),
      journal_(journal),
      claims_(f, journal),
      direction_(make_direction(journal.options, journal.result)),
      size_(static_cast<std::size_t>(f.dimension())),
      held_(size_) {
  const auto n = static_cast<Eigen::Index>(size_);
  for (Vector* v : {&x_, &g_, &d_, &D_, &trial_, &trial_g_}) v->setZero(n);
  for (std::size_t j = 0; j < size_; ++j)
    bounded_ = bounded_ || std::isfinite(box.lower[j]) || std::isfinite(box.upper[j]);
}

// Nocedal & Wright, Numerical Optimization (2006), chapter 3: a direction, a length, a step.
Ending DescentLoop::run(const std::vector<double>& x) {
  journal_.result.linear_solver = direction_->linear_solver();
  journal_.result.linear_solver_reason = direction_->reason();
  std::copy(x.begin(), x.end(), x_.begin());
  std::optional<Verdict> verdict = begin();
  if (!verdict) journal_.open(value_, gradient_norm_, span(x_));
  while (!verdict) {
    verdict = claims_.vanishing(value_);
    if (!verdict) verdict = gradient_verdict();
    if (!verdict) verdict = journal_.limit();
    if (!verdict) verdict = iterate();
    if (verdict && verdict->status == Status::converged)
      verdict = claims_.judge(*verdict, span(x_), span(g_), held_, value_);
  }
  return claims_.ending(std::move(*verdict), span(x_), value_);
}

std::optional<Verdict> DescentLoop::begin() {
  value_ = f_.gradient(span(x_), {g_.data(), size_});
  ++journal_.result.evaluations.jacobian;
  claims_.begin(span(x_), value_);
  if (auto verdict = non_finite_start(f_, value_, span(g_))) return verdict;
  lowest_ = value_;
  idle_ = 0;
  linearize();
  return std::nullopt;
}

/// The scale, the gradient's size, and which components their bounds hold. f's gradient was computed here last.
void DescentLoop::linearize() {
  Vector& here = d_;  // the direction has been walked
  scaled_ = f_.scale({here.data(), size_});
  for (std::size_t j = 0; j < size_; ++j) {
    const auto i = static_cast<Eigen::Index>(j);
    const double length = scaled_ ? here[i] : 1.0;
    D_[i] = std::isfinite(length) ? std::max(scale_decay * D_[i], length) : D_[i];
    if (D_[i] == 0.0) D_[i] = 1.0;
    const bool below = x_[i] <= box_.lower[j] && g_[i] > 0.0, above = x_[i] >= box_.upper[j] && g_[i] < 0.0;
    held_[j] = below || above || box_.lower[j] == box_.upper[j];
  }
  gradient_norm_ = convergence::projected_gradient_norm(span(x_), span(g_), box_.lower, box_.upper);
  evaluated_at_ = -1.0;
  journal_.clock.charge(Stopwatch::evaluate);
}

/// One line search, and the step that it found.
std::optional<Verdict> DescentLoop::iterate() {
  LinePoint origin{0.0, value_, 0.0};
  if (!at_saddle_ && !choose_direction()) return exhausted_verdict();
  const double longest = keep_inside();
  origin.slope = g_.dot(d_);
  journal_.clock.charge(Stopwatch::linear_solve);
  ++journal_.result.iterations;
  IterationRecord done = record();
  const LineSearchResult found = at_saddle_ ? leave_saddle() : search(origin, longest);
  const double before = value_;

  std::optional<Verdict> verdict;
  const bool moved = found.decreased() && move(found.point);
  if (moved) {  // from what is the trial's place now
    ++journal_.result.accepted_steps;
    const Vector s = x_ - trial_;
    direction_->moved(s, g_ - trial_g_);
    // The memory of bfgs, lbfgs and conjugate gradients is carried from tangent space to tangent space unchanged.
    if (f_.recenter({x_.data(), size_}, {g_.data(), size_}))
      gradient_norm_ = convergence::projected_gradient_norm(span(x_), span(g_), box_.lower, box_.upper);
    fresh_ = false;
    last_decrease_ = before - value_;
    done.step_norm = s.norm();
    verdict = decrease_verdict(before, origin, found.point.alpha);
    idle_ = value_ < lowest_ ? 0 : idle_ + 1;
    lowest_ = std::min(lowest_, value_);
    if (!verdict && idle_ >= most_idle) verdict = exhausted_verdict();
  } else {
    done.accepted = false;
    done.outcome = found.decreased() && trial_ != x_ ? IterationRecord::Outcome::not_finite
                                                     : IterationRecord::Outcome::no_decrease;
    // What was learnt may be wrong here: the plain gradient has the last word.
    if (fresh_ || journal_.options.method == Method::newton) verdict = exhausted_verdict();
    direction_->reset();
    fresh_ = true;
    last_decrease_ = 0.0;
  }
  journal_.clock.charge(Stopwatch::evaluate);
  done.cost = value_;
  done.trial_cost = found.point.value;
  done.seconds = journal_.clock.elapsed();
  const std::optional<Verdict> request = journal_.report(done, span(x_));
  return verdict ? verdict : request;
}

/// Whether there is a direction of descent; it is d then.
bool DescentLoop::choose_direction() {
  direction_->propose(f_, here(), d_);
  if (!d_.allFinite() || !(g_.dot(d_) < 0.0)) {
    direction_->reset();
    fresh_ = true;
    direction_->propose(f_, here(), d_);
  }
  return d_.allFinite() && g_.dot(d_) < 0.0;
}

/// Bends d so that as much as possible of it stays in the box; the largest α that does.
double DescentLoop::keep_inside() {
  if (!bounded_ || at_saddle_) return std::numeric_limits<double>::infinity();
  if (direction_->has_length()) {
    // The projected full step, if it is still one of descent (Bertsekas 1982): many bounds are met in one step.
    Vector bent(d_.size());
    for (std::size_t j = 0; j < size_; ++j) {
      const auto i = static_cast<Eigen::Index>(j);
      bent[i] = std::clamp(d_[i], box_.lower[j] - x_[i], box_.upper[j] - x_[i]);
    }
    if (g_.dot(bent) <= 0.1 * g_.dot(d_)) d_ = bent;
  }
  return room_along();
}

/// The α at which d meets the first bound.
double DescentLoop::room_along() const {
  double longest = std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < size_; ++j) {
    const auto i = static_cast<Eigen::Index>(j);
    const double room = d_[i] > 0.0 ? box_.upper[j] - x_[i] : box_.lower[j] - x_[i];
    if (d_[i] != 0.0) longest = std::min(longest, room / d_[i]);
  }
  return longest;
}

LineSearchSettings DescentLoop::settings(double longest) const {
  const Method method = journal_.options.method;
  const bool tight = method == Method::gradient_descent || method == Method::nonlinear_cg;
  LineSearchSettings s;
  s.curvature = tight ? tight_curvature : loose_curvature;
  s.longest = longest;
  s.noise = value_noise * std::abs(value_);
  return s;
}

/// Nocedal & Wright (2006), section 3.5, "initial step length".
double DescentLoop::first_trial(const LinePoint& origin) const {
  if (direction_->has_length() && (!fresh_ || scaled_ || journal_.options.method == Method::newton)) return 1.0;
  const bool conjugate = journal_.options.method == Method::nonlinear_cg;
  if (last_decrease_ > 0.0) return -2.0 * last_decrease_ / origin.slope;
  if (conjugate && scaled_) return 1.0;
  return std::min(1.0, 1.0 / g_.lpNorm<Eigen::Infinity>());
}

LineSearchResult DescentLoop::search(const LinePoint& origin, double longest) {
  LineSearch kind = journal_.options.line_search;
  if (kind == LineSearch::automatic)
    kind = journal_.options.method == Method::newton ? LineSearch::backtracking : LineSearch::strong_wolfe;
  return search_line(kind, *this, origin, first_trial(origin), settings(longest));
}

void DescentLoop::place(double alpha) {
  for (std::size_t j = 0; j < size_; ++j) {
    const auto i = static_cast<Eigen::Index>(j);
    trial_[i] = stepped(x_[i], alpha * d_[i], box_.lower[j], box_.upper[j]);
  }
}

double DescentLoop::value(double alpha) {
  place(alpha);
  ++journal_.result.evaluations.cost;
  return f_.value(span(trial_));
}

LinePoint DescentLoop::evaluate(double alpha) {
  place(alpha);
  ++journal_.result.evaluations.jacobian;
  const double value = f_.gradient(span(trial_), {trial_g_.data(), size_});
  evaluated_at_ = alpha;
  return {alpha, value, trial_g_.dot(d_)};
}

/// Makes the point on the line the current one, and the trial what was. False when its gradient is not finite, and
/// when it is no other point: at rounding level a line search may find that standing still is as good.
bool DescentLoop::move(const LinePoint& point) {
  const bool evaluated = evaluated_at_ == point.alpha;
  const double value = evaluated ? point.value : evaluate(point.alpha).value;
  if (evaluated) place(point.alpha);  // the search may have looked elsewhere since
  // Values closer than the noise are equal to the search, which then goes by the slope.
  const bool risen = !(value <= value_ + value_noise * std::abs(value_));
  if (!std::isfinite(value) || risen || !trial_g_.allFinite() || trial_ == x_) return false;
  std::swap(x_, trial_);
  std::swap(g_, trial_g_);
  value_ = value;
  linearize();
  return true;
}

/// A vanishing gradient is a minimum unless the cost is known to bend down.
std::optional<Verdict> DescentLoop::gradient_verdict() {
  const double sharp = claims_.relative_gradient_tolerance();
  at_saddle_ = false;
  std::optional<Verdict> small = claims_.tests().gradient(gradient_norm_);
  const double relative = scaled_ ? relative_gradient() : 1.0;
  if (!small && relative > sharp) return std::nullopt;
  at_saddle_ = direction_->escape(f_, here(), d_);
  if (at_saddle_) return std::nullopt;
  if (small) return small;
  return Verdict{Status::converged, fmt::format("relative gradient {:.1e} <= {:.0e}", relative, sharp), false,
                 relative <= epsilon};
}

/// Along a direction of negative curvature, until F is lower by at least a tenth of what second derivatives promise.
LineSearchResult DescentLoop::leave_saddle() {
  const double length = d_.cwiseProduct(D_).norm(), size = std::max(1.0, x_.cwiseProduct(D_).norm());
  Vector& Hd = trial_g_;
  f_.hessian_product(span(x_), span(d_), {Hd.data(), size_});
  const double bend = d_.dot(Hd);
  LineSearchResult found;
  for (double alpha = std::min(size / length, room_along()); alpha * length > epsilon * size; alpha *= 0.5) {
    found.point = {alpha, value(alpha), 0.0};
    if (!(found.point.value <= value_ + 0.05 * alpha * alpha * bend)) continue;
    found.status = LineSearchResult::Status::found;
    break;
  }
  return found;
}

/// Of a step whose decrease, and the decrease that its slope promised, are not worth another, when the gradient is
/// small beside F as well. Without second derivatives one step along a poor direction proves nothing: then as many in a
/// row as there are directions, up to a few.
std::optional<Verdict> DescentLoop::decrease_verdict(double before, const LinePoint& origin, double alpha) {
  const Termination& tests = claims_.tests();
  const auto verdict = tests.decrease(before - value_, -0.5 * alpha * origin.slope, std::abs(before));
  const bool small = verdict && relative_gradient() <= std::sqrt(tests.function_tolerance());
  small_decreases_ = small ? small_decreases_ + 1 : 0;
  const int enough =
      journal_.options.method == Method::newton ? 1 : std::min(most_small_decreases, static_cast<int>(size_));
  return small && small_decreases_ >= enough ? verdict : std::nullopt;
}

std::optional<Verdict> DescentLoop::exhausted_verdict() { return exhausted(); }

double DescentLoop::relative_gradient() const {
  return convergence::relative_gradient(span(x_), span(g_), held_, scaled_ ? span(D_) : std::span<const double>(),
                                        value_);
}

IterationRecord DescentLoop::record() const {
  IterationRecord r;
  r.iteration = journal_.result.iterations;
  r.gradient_norm = gradient_norm_;
  return r;
}

}  // namespace thalweg::inline v0_1
