// Levenberg-Marquardt in lanes: each lane holds one fit, and takes the next from the queue when it ends.
//
// One evaluation of value and derivatives per iteration: a trial brings its own JᵀJ and Jᵀr, those of the point that
// stands are kept for the steps behind a rejected one. Nothing but masks passes between lanes.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "batch/lanes/accumulate.hpp"
#include "batch/lanes/factor.hpp"
#include "batch/lanes/finish.hpp"
#include "batch/lanes/job.hpp"

namespace thalweg::inline v0_1::batch {

/// Fits that wait: those in [next, end).
struct Queue {
  std::int64_t next, end;
};

template <int N>
class LaneGroup {
 public:
  LaneGroup(const Job& job, LaneData& data, Queue& queue, Finish<N>& finish)
      : job_(job), data_(data), queue_(queue), finish_(finish) {
    for (int j = 0; j < N; ++j) {
      lower_[j] = job.lower(j);
      upper_[j] = job.upper(j);
      fixed_[j] = job.is_fixed(j);
    }
  }

  /// Takes fits into all lanes.
  void fill() {
    for (int lane = 0; lane < batch_lanes; ++lane) refill(lane);
  }
  bool is_busy() const { return active_lanes_ > 0; }

  /// Model and sums at the trials.
  void evaluate() {
    trial_cost_ = {};
    for (Lane& v : trial_g_) v = {};
    for (Lane& v : trial_h_) v = {};
    if (data_.weight() == nullptr && job_.options.cost == BatchCost::least_squares &&
        job_.evaluator.accumulate(
            {trial_[0].v, data_.x(), job_.data.points, data_.y(), trial_cost_.v, trial_g_[0].v, trial_h_[0].v}))
      return;
    evaluate_tiles();
  }

  /// The next trials.
  void advance() {
    for_packs([&](int first) {
      judge(first);
      job_.held ? step<true>(first) : step<false>(first);
    });
  }

  /// Takes the next fits into the lanes whose fits have ended.
  void replace() {
    for (unsigned ended = ended_lanes(); ended != 0; ended &= ended - 1) retire(std::countr_zero(ended));
  }

 private:
  /// Why a lane's fit ends.
  static constexpr double going_on = 0.0, claims = 1.0, stuck = 2.0, at_limit = 3.0, not_finite = 4.0;
  /// A step with more damping than this promises less than it could: no claim rests on it.
  static constexpr double most_claiming_damping = 1e-4;
  /// More damping than this leaves no step.
  static constexpr double most_damping = 1e13;
  static constexpr double rounding = 1e-13;  ///< of a cost, relative

  void refill(int lane) {
    double start[N];
    active_[lane] = ending_[lane] = 0.0;
    while (queue_.next < queue_.end) {
      const std::int64_t fit = queue_.next++;
      const BatchStatus status = data_.load(fit, lane, start);
      if (status != BatchStatus::converged) {
        finish_.refuse(fit, status);
        continue;
      }
      fit_[lane] = fit;
      for (int j = 0; j < N; ++j) p_[j][lane] = trial_[j][lane] = start[j];
      active_[lane] = fresh_[lane] = 1.0;
      iterations_[lane] = rejected_[lane] = 0.0;
      damping_[lane] = job_.options.initial_damping;
      floor_[lane] = rounding_floor(lane);
      ++active_lanes_;
      return;
    }
  }

  /// A cost that is rounding alone: each residual a few units in the last place of y.
  double rounding_floor(int lane) const {
    constexpr double unit = 16.0 * std::numeric_limits<double>::epsilon();
    return 0.5 * unit * unit * data_.squares(lane);
  }

  void retire(int lane) {
    static constexpr BatchStatus status[] = {BatchStatus::converged, BatchStatus::converged, BatchStatus::stalled,
                                             BatchStatus::iteration_limit, BatchStatus::non_finite_start};
    const BatchStatus end = status[static_cast<int>(ending_[lane])];
    auto& slot = finish_.add(fit_[lane], end, static_cast<int>(iterations_[lane]), cost_[lane], data_.counted(lane),
                             floor_[lane]);
    for (int j = 0; j < N; ++j) slot.p[j][slot.used] = p_[j][lane];
    for (int j = 0; j < N; ++j) slot.g[j][slot.used] = g_[j][lane];
    for (int e = 0; e < triangle(N); ++e) slot.h[e][slot.used] = h_[e][lane];
    finish_.added();
    --active_lanes_;
    refill(lane);
  }

  /// A bit of each lane whose fit ends.
  unsigned ended_lanes() const {
    unsigned bits = 0;
    for (int lane = 0; lane < batch_lanes; ++lane) bits |= unsigned{ending_[lane] != going_on} << lane;
    return bits;
  }

  void evaluate_tiles() {
    const double* x[most_batch_predictors];
    const int most = data_.tile_points();
    double* const value = data_.tile();
    double* const derivative = value + std::int64_t{most + 1} * batch_lanes;
    for (int begin = 0; begin < job_.data.points; begin += most) {
      const int count = std::min(most, job_.data.points - begin);
      const std::int64_t offset = std::int64_t{begin} * batch_lanes;
      for (int k = 0; k < job_.model.predictors(); ++k) x[k] = data_.x()[k] + offset;
      job_.evaluator.evaluate({trial_[0].v, x, begin, count, value, derivative, most + 1});
      const Tile tile{value, derivative,         most + 1,
                      count, data_.y() + offset, data_.weight() ? data_.weight() + offset : nullptr};
      add_tile<N>(tile, job_.options.cost, trial_cost_, trial_g_, trial_h_);
    }
  }

  /// Accepts or rejects the trials, and moves the damping.
  void judge(int first) {
    const P trial_cost = trial_cost_.load(first), cost = cost_.load(first), predicted = predicted_.load(first);
    P check = trial_cost;
    for (const Lane& v : trial_g_) check += abs(v.load(first));
    for (int j = 0; j < N; ++j) check += trial_h_[entry(j, j)].load(first);
    const M finite = is_finite(check), active = active_.load(first) > P(0.0), fresh = fresh_.load(first) > P(0.0);
    const P actual = cost - trial_cost, allowed = rounding * cost;
    const M level = (predicted <= allowed) & (actual >= -allowed);
    const M accepted = active & finite & (fresh | (actual > P(0.0)) | level);
    blend(ending_, first, active & fresh & !finite, P(not_finite));
    iterations_.store(first, iterations_.load(first) + select(active, P(1.0), P(0.0)));
    move_damping(first, accepted, fresh, select(predicted > P(0.0), actual / predicted, P(0.5)));
    blend(cost_, first, accepted, trial_cost);
    for (int j = 0; j < N; ++j) blend(p_[j], first, accepted, trial_[j].load(first));
    for (int j = 0; j < N; ++j) blend(g_[j], first, accepted, trial_g_[j].load(first));
    for (int e = 0; e < triangle(N); ++e) blend(h_[e], first, accepted, trial_h_[e].load(first));
    accepted_.store(first, select(accepted, P(1.0), P(0.0)));
    blend(fresh_, first, accepted, P(0.0));
  }

  /// λ falls by how well the model foretold the decrease, to next to nothing where it did well, so that the last steps
  /// are Gauss-Newton's. The first rejected step raises it to 1 at once: the start is far, and small increases would
  /// take an evaluation each, which costs as much as that of an accepted step. A fit that has rejected a step may be in
  /// a curved valley, where λ has a size of its own: there it moves less. Measured: exponentials with two parameters
  /// take 7.9 evaluations (8.8 by factors of 10, 23 by Nielsen's rule), 46 of NIST's 54 fits converge.
  void move_damping(int first, M accepted, M fresh, P gain) {
    const P damping = damping_.load(first);
    const M rejected_before = rejected_.load(first) > P(0.0), good = gain > P(0.9), fair = gain > P(0.5);
    const P bold = select(good, P(0.01), select(fair, P(0.1), P(0.3)));
    const P careful = select(good, P(0.1), select(fair, P(0.3), P(0.5)));
    const P lowered = max(select(rejected_before, careful, bold) * damping, P(1e-16));
    const P raised = max(4.0 * damping, select(rejected_before, P(0.0), P(1.0)));
    damping_.store(first, select(accepted, select(fresh, damping, lowered), raised));
    blend(rejected_, first, !accepted, P(1.0));
  }

  /// The next trial, and whether the fit ends.
  template <bool held>
  void step(int first) {
    const P damping = damping_.load(first);
    Factor<N> system;
    Packs<N> s, free;
    for (int e = 0; e < triangle(N); ++e) system.a[static_cast<std::size_t>(e)] = h_[e].load(first);
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      s[c] = -g_[j].load(first);
      const P diagonal = system.at(j, j);
      system.at(j, j) = select(diagonal > P(0.0), diagonal * (1.0 + damping), P(1.0));
      if constexpr (held) free[c] = is_free(fixed_[j], p_[j].load(first), -s[c], lower_[j], upper_[j]);
    }
    if constexpr (held) hold(system, s, free);
    system.factor(1e-15);
    system.solve(s);
    P slope(0.0), weighted(0.0);
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      P g = g_[j].load(first), diagonal = h_[entry(j, j)].load(first);
      if constexpr (held) g = g * free[c];
      slope += g * s[c];
      weighted += diagonal * (s[c] * s[c]);
    }
    const P promised = 0.5 * (damping * weighted - slope);
    place_trial<held>(first, s, promised);
    look_for_end(first, promised, damping);
  }

  template <bool held>
  void place_trial(int first, const Packs<N>& s, P promised) {
    const M active = active_.load(first) > P(0.0);
    if constexpr (!held) {
      for (int j = 0; j < N; ++j) blend(trial_[j], first, active, p_[j].load(first) + s[static_cast<std::size_t>(j)]);
      predicted_.store(first, promised);
    } else {
      Packs<N> clipped;
      P decrease(0.0);
      for (int j = 0; j < N; ++j) {
        const P p = p_[j].load(first), to = min(max(p + s[static_cast<std::size_t>(j)], P(lower_[j])), P(upper_[j]));
        blend(trial_[j], first, active, to);
        clipped[static_cast<std::size_t>(j)] = to - p;
        decrease -= g_[j].load(first) * clipped[static_cast<std::size_t>(j)];
        for (int k = 0; k <= j; ++k)
          decrease -= (k == j ? 0.5 : 1.0) * h_[entry(j, k)].load(first) * clipped[static_cast<std::size_t>(j)] *
                      clipped[static_cast<std::size_t>(k)];
      }
      predicted_.store(first, decrease);
    }
  }

  void look_for_end(int first, P promised, P damping) {
    const M active = active_.load(first) > P(0.0), accepted = accepted_.load(first) > P(0.0);
    const P allowed = job_.options.tolerance * cost_.load(first) + floor_.load(first);
    const M small = accepted & (promised <= allowed) & (damping <= P(most_claiming_damping));
    const M limit = iterations_.load(first) >= P(static_cast<double>(job_.options.max_iterations));
    P end = select(limit, P(at_limit), P(going_on));
    end = select(damping > P(most_damping), P(stuck), end);
    end = select(small, P(claims), end);
    const P before = ending_.load(first);
    ending_.store(first, select(active & (before == P(going_on)), end, before));
  }

  const Job& job_;
  LaneData& data_;
  Queue& queue_;
  Finish<N>& finish_;
  double lower_[N], upper_[N];
  bool fixed_[N];
  std::int64_t fit_[batch_lanes] = {};
  int active_lanes_ = 0;
  Lane p_[N], trial_[N], g_[N], trial_g_[N], h_[triangle(N)], trial_h_[triangle(N)];
  Lane cost_, trial_cost_, predicted_, damping_, rejected_, floor_, iterations_, active_, fresh_, accepted_, ending_;
};

}  // namespace thalweg::inline v0_1::batch
