// Levenberg-Marquardt of one small problem, everything on the stack.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <thalweg/tiny/result.hpp>
#include <thalweg/tiny/rows.hpp>

namespace thalweg::inline v0_1::tiny {

/// A descent as the batch engine's lanes make it: one evaluation of residuals and derivatives per iteration, λ by how
/// well the model foretold the decrease, the end verified by the undamped step that is left.
///
/// Rows: NormalEquations or Rotations. evaluate(p, rows) adds all rows at p. `held`: whether there are bounds.
template <class Rows, bool held, class Evaluate>
class Descent {
  static constexpr int N = Rows::parameters;

 public:
  Descent(const Evaluate& evaluate, const Options& options, const Bounds<N>* bounds)
      : evaluate_(evaluate), options_(options), bounds_(bounds) {
    free_.fill(true);
  }

  Result<N> run(const Vector<N>& start) {
    p_ = start;
    double check = 0.0;
    for (std::size_t j = 0; j < p_.size(); ++j) {
      if constexpr (held) p_[j] = std::clamp(p_[j], bounds_->lower[j], bounds_->upper[j]);
      check += p_[j] - p_[j];
    }
    if (check != 0.0) return ended(Status::non_finite_start);
    evaluate(p_, *here_);
    if (!here_->is_finite()) return ended(Status::non_finite_start);
    if (here_->rows() < find_free()) return ended(Status::too_few_residuals);
    return verified(descend());
  }

 private:
  /// A step with more damping than this promises less than it could: no claim rests on it.
  static constexpr double most_claiming_damping = 1e-4;
  /// More damping than this leaves no step.
  static constexpr double most_damping = 1e13;
  static constexpr double rounding = 1e-13;  ///< of a cost, relative

  /// In one place: the callable is compiled once.
  [[gnu::noinline]] void evaluate(const Vector<N>& p, Rows& rows) {
    rows.clear();
    evaluate_(p, rows);
    ++iterations_;
  }

  /// Finds which parameters are free: neither fixed nor at a bound beyond which the cost falls. Returns their number.
  int find_free() {
    if constexpr (!held) return N;
    const Vector<N> g = here_->gradient();
    int count = 0;
    for (std::size_t j = 0; j < free_.size(); ++j) {
      const double lower = bounds_->lower[j], upper = bounds_->upper[j];
      free_[j] = lower < upper && !(p_[j] <= lower && g[j] > 0.0) && !(p_[j] >= upper && g[j] < 0.0);
      count += free_[j];
    }
    return count;
  }

  /// A decrease that is rounding alone: that of a step by a few units in the last place of each parameter.
  double rounding_floor() const {
    constexpr double unit = 16.0 * std::numeric_limits<double>::epsilon();
    const Vector<N> diagonal = here_->diagonal();
    double sum = 0.0;
    for (std::size_t j = 0; j < p_.size(); ++j) sum += diagonal[j] * p_[j] * p_[j];
    return 0.5 * unit * unit * sum;
  }

  Status descend() {
    for (bool accepted = true;;) {
      find_free();
      Step<N> step = here_->template step<held>(damping_, free_);
      const double cost = here_->cost(), allowed = options_.tolerance * cost + rounding_floor();
      if (accepted && step.promised <= allowed && damping_ <= most_claiming_damping) return Status::converged;
      if (damping_ > most_damping) return Status::stalled;
      if (iterations_ >= options_.max_iterations) return Status::iteration_limit;
      const Vector<N> trial = moved(step);
      evaluate(trial, *there_);
      const double actual = cost - there_->cost();
      const bool level = step.promised <= rounding * cost && actual >= -rounding * cost;
      accepted = there_->is_finite() && (actual > 0.0 || level);
      move_damping(accepted, step.promised > 0.0 ? actual / step.promised : 0.5);
      if (!accepted) continue;
      p_ = trial;
      std::swap(here_, there_);
    }
  }

  /// The point behind a step, in bounds; the step then promises what is left of it.
  Vector<N> moved(Step<N>& step) const {
    Vector<N> to;
    for (std::size_t j = 0; j < to.size(); ++j) {
      to[j] = p_[j] + step.delta[j];
      if constexpr (held) {
        to[j] = std::clamp(to[j], bounds_->lower[j], bounds_->upper[j]);
        step.delta[j] = to[j] - p_[j];
      }
    }
    if constexpr (held) step.promised = here_->promised(step.delta);
    return to;
  }

  /// The rule of the batch engine: λ falls the more, the better the model foretold the decrease. The first rejected
  /// step raises it to 1 at once; after one it moves less.
  void move_damping(bool accepted, double gain) {
    if (accepted) {
      const double bold = gain > 0.9 ? 0.01 : gain > 0.5 ? 0.1 : 0.3;
      const double careful = gain > 0.9 ? 0.1 : gain > 0.5 ? 0.3 : 0.5;
      damping_ = std::max(1e-16, (rejected_ ? careful : bold) * damping_);
    } else {
      damping_ = std::max(4.0 * damping_, rejected_ ? 0.0 : 1.0);
      rejected_ = true;
    }
  }

  /// A claim of convergence holds, and a descent that stalled has converged, where the undamped step that is left
  /// promises next to nothing of the cost, and JᵀJ is regular. That step is taken.
  Result<N> verified(Status status) {
    Result<N> result = ended(status);
    result.free = find_free();
    const Step<N> step = here_->template step<held>(0.0, free_);
    result.promised = step.promised;
    if (status == Status::iteration_limit) return result;
    const double believed = std::max(1e-8, 100.0 * options_.tolerance);
    const bool holds = step.promised <= believed * result.cost + 100.0 * rounding_floor();
    result.status = !holds ? Status::stalled : step.regular ? Status::converged : Status::singular;
    if (!result.converged()) return result;
    Step<N> last = step;
    result.parameters = moved(last);
    result.inverse = step.factor.inverse_matrix();
    if constexpr (held) {
      for (int j = 0; j < N; ++j)
        for (int k = 0; k <= j; ++k)
          if (!free_[static_cast<std::size_t>(j)] || !free_[static_cast<std::size_t>(k)])
            result.inverse[static_cast<std::size_t>(Ldlt<double, N>::entry(j, k))] = Result<N>::nan;
    }
    return result;
  }

  Result<N> ended(Status status) const {
    Result<N> result;
    result.status = status;
    result.iterations = iterations_;
    result.residuals = here_->rows();
    result.parameters = p_;
    result.inverse.fill(Result<N>::nan);
    if (status != Status::non_finite_start) result.cost = here_->cost();
    return result;
  }

  const Evaluate& evaluate_;
  const Options& options_;
  const Bounds<N>* bounds_;
  Vector<N> p_{};
  Free<N> free_{};
  Rows first_, second_, *here_ = &first_, *there_ = &second_;
  double damping_ = options_.initial_damping;
  bool rejected_ = false;
  int iterations_ = 0;
};

}  // namespace thalweg::inline v0_1::tiny
