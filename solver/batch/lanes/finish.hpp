// The end of fits: verification, the last step and standard errors, of as many fits at once as there are lanes.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "batch/lanes/factor.hpp"
#include "batch/lanes/job.hpp"

namespace thalweg::inline v0_1::batch {

/// 1 of lanes whose parameter may move, 0 of those that are fixed, or at a bound that the cost falls beyond.
inline P is_free(bool fixed, P p, P g, double lower, double upper) {
  if (fixed) return P(0.0);
  const M at_lower = (p <= P(lower)) & (g > P(0.0)), at_upper = (p >= P(upper)) & (g < P(0.0));
  return select(at_lower | at_upper, P(0.0), P(1.0));
}

/// Takes the parameters that are not free out of the system A s = b.
template <int N>
void hold(Factor<N>& system, Packs<N>& b, const Packs<N>& free) {
  for (int j = 0; j < N; ++j) {
    const P f = free[static_cast<std::size_t>(j)];
    b[static_cast<std::size_t>(j)] *= f;
    for (int k = 0; k < j; ++k) system.at(j, k) *= f * free[static_cast<std::size_t>(k)];
    system.at(j, j) = select(f > P(0.0), system.at(j, j), P(1.0));
  }
}

/// Fits that ended, kept until they fill the lanes.
template <int N>
class Finish {
 public:
  explicit Finish(const Job& job) : job_(job) {}

  /// The point of a fit that ended, in lane `used`.
  struct Slot {
    Lane p[N], g[N], h[triangle(N)];
    int used = 0;
  };

  /// A place for the fit's point; added() when it is there.
  Slot& add(std::int64_t fit, BatchStatus status, int iterations, double cost, double counted, double floor) {
    const int lane = slot_.used;
    fit_[lane] = fit;
    status_[lane] = status;
    cost_[lane] = cost;
    counted_[lane] = counted;
    floor_[lane] = floor;
    job_.result.iterations[static_cast<std::size_t>(fit)] = iterations;
    return slot_;
  }
  void added() {
    if (++slot_.used == batch_lanes) flush();
  }

  /// A fit whose data are none.
  void refuse(std::int64_t fit, BatchStatus status) {
    const auto at = static_cast<std::size_t>(fit);
    job_.result.status[at] = status;
    job_.result.iterations[at] = 0;
    job_.result.cost[at] = nan;
    for (std::size_t j = 0; j < N; ++j) {
      job_.result.parameters[at * N + j] = nan;
      if (job_.options.standard_errors) job_.result.standard_errors[at * N + j] = nan;
    }
  }

  void flush() {
    if (slot_.used == 0) return;
    for_packs([&](int first) {
      if (first < slot_.used) verify(first);
    });
    for (int lane = 0; lane < slot_.used; ++lane) store(lane);
    slot_.used = 0;
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  /// Pivots below this part of their diagonal entry may be rounding of sums over many points: JᵀJ is singular, as far
  /// as the lanes can tell.
  static constexpr double least_pivot = 1e-12;
  /// The last step is not evaluated. It is not taken where it promises more than the fit was to reach and than this
  /// part of the cost, which is rounding: there no step lowers the cost. Nor where it changes a parameter by more than
  /// half of itself: it may leave the model's domain. Nor in a flat valley: a residual that bends over the size of the
  /// parameter p changes by ‖Jⱼ‖ sⱼ²/pⱼ more than its derivative says, which is to be less than this part of ‖r‖.
  static constexpr double rounded = 1e-13, longest = 0.5, most_bend = 3e-10;

  /// The undamped Gauss-Newton step, what it promises, and the standard errors.
  void verify(int first) {
    Factor<N> system;
    Packs<N> s, free;
    for (int e = 0; e < triangle(N); ++e) system.a[static_cast<std::size_t>(e)] = slot_.h[e].load(first);
    for (int j = 0; j < N; ++j) {
      const P g = slot_.g[j].load(first);
      s[static_cast<std::size_t>(j)] = -g;
      free[static_cast<std::size_t>(j)] =
          is_free(job_.is_fixed(j), slot_.p[j].load(first), g, job_.lower(j), job_.upper(j));
    }
    hold(system, s, free);
    const Packs<N> b = s;
    const M regular = system.factor(least_pivot);
    system.solve(s);
    P promised(0.0), held(0.0);
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      promised += 0.5 * (b[c] * s[c]);
      held += 1.0 - free[c];
    }
    const double believed = std::max(1e-8, 100.0 * job_.options.tolerance);
    const P cost = cost_.load(first);
    const M verified = promised <= believed * cost + 100.0 * floor_.load(first);
    verified_.store(first, select(verified, select(regular, P(1.0), P(-1.0)), P(0.0)));
    M taken = promised <= std::max(10.0 * job_.options.tolerance, rounded) * cost + 10.0 * floor_.load(first);
    for (int j = 0; j < N; ++j) {
      const P step = abs(s[static_cast<std::size_t>(j)]), p = abs(slot_.p[j].load(first));
      const P bend = sqrt(slot_.h[entry(j, j)].load(first)) * step * step;
      taken = taken & (step <= longest * p) & (bend <= most_bend * sqrt(2.0 * cost) * p + floor_.load(first));
    }
    for (int j = 0; j < N; ++j) {
      const P to = slot_.p[j].load(first) + select(taken, s[static_cast<std::size_t>(j)], P(0.0));
      last_[j].store(first, min(max(to, P(job_.lower(j))), P(job_.upper(j))));
    }
    if (job_.options.standard_errors) errors(first, system, free, held, cost);
  }

  void errors(int first, const Factor<N>& system, const Packs<N>& free, P held, P cost) {
    const P freedom = counted_.load(first) - (static_cast<double>(N) - held);
    const bool known = job_.options.noise == Noise::known || job_.options.cost == BatchCost::poisson;
    const P variance = known ? P(1.0) : select(freedom > P(0.0), 2.0 * cost / freedom, P(nan));
    const Packs<N> inverse = system.inverse_diagonal();
    for (int j = 0; j < N; ++j) {
      const auto c = static_cast<std::size_t>(j);
      error_[j].store(first, select(free[c] > P(0.0), sqrt(variance * inverse[c]), P(nan)));
    }
  }

  void store(int lane) {
    const auto at = static_cast<std::size_t>(fit_[lane]);
    BatchStatus status = status_[lane];
    if (status == BatchStatus::converged || status == BatchStatus::stalled)
      status = verified_[lane] > 0.0   ? BatchStatus::converged
               : verified_[lane] < 0.0 ? BatchStatus::singular
                                       : BatchStatus::stalled;
    const bool converged = status == BatchStatus::converged;
    job_.result.status[at] = status;
    job_.result.cost[at] = status == BatchStatus::non_finite_start ? nan : cost_[lane];
    for (std::size_t j = 0; j < N; ++j) {
      const bool moves = converged && !job_.is_fixed(static_cast<int>(j));
      job_.result.parameters[at * N + j] = moves ? last_[j][lane] : slot_.p[j][lane];
      if (job_.options.standard_errors) job_.result.standard_errors[at * N + j] = converged ? error_[j][lane] : nan;
    }
  }

  const Job& job_;
  Slot slot_;
  std::int64_t fit_[batch_lanes] = {};
  BatchStatus status_[batch_lanes] = {};
  Lane cost_, counted_, floor_, verified_, last_[N], error_[N];
};

}  // namespace thalweg::inline v0_1::batch
