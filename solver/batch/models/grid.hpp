// Points on a grid, and a round Gaussian peak on one: its factors along the axes are computed once for each row and
// column, and the sums of JᵀJ are products of sums along the axes.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "batch/models/lane_exp.hpp"
#include "batch/models/tuned.hpp"

namespace thalweg::inline v0_1::batch {

/// Every pair of a position on the fast and one on the slow axis, the fast one running first.
struct Grid {
  static constexpr std::size_t longest = 64;
  std::vector<double> fast, slow;
  bool swapped = false;  ///< the fast axis is that of the second predictor
};

inline std::optional<Grid> grid_of(std::span<const double> fast, std::span<const double> slow, bool swapped) {
  Grid grid{{}, {}, swapped};
  std::size_t n = 1;
  while (n < fast.size() && slow[n] == slow[0]) ++n;
  if (n > Grid::longest || fast.size() % n != 0) return std::nullopt;
  grid.fast.assign(fast.begin(), fast.begin() + static_cast<std::ptrdiff_t>(n));
  for (std::size_t i = 0; i < slow.size(); i += n) grid.slow.push_back(slow[i]);
  for (std::size_t i = 0; i < fast.size(); ++i)
    if (fast[i] != grid.fast[i % n] || slow[i] != grid.slow[i / n]) return std::nullopt;
  return grid;
}

/// The grid that two predictors make, if they do.
inline std::optional<Grid> find_grid(const SharedPoints& shared) {
  if (shared.x.size() != 2 || shared.x[0].empty() || shared.x[1].empty()) return std::nullopt;
  if (auto grid = grid_of(shared.x[0], shared.x[1], false); grid && grid->fast.size() > 1) return grid;
  if (auto grid = grid_of(shared.x[1], shared.x[0], true); grid && grid->fast.size() > 1) return grid;
  return std::nullopt;
}

/// e = exp(−d²/(2σ²)) along an axis, d from the centre, and its sums: m[k] = Σ e dᵏ, s[k] = Σ e² dᵏ.
struct AxisSums {
  P m[3], s[5];
  void add(P e, P e1, P e2) {
    m[0] += e;
    m[1] += e1;
    m[2] += e2;
    s[0] += e * e;
    s[1] += e * e1;
    s[2] += e1 * e1;
    s[3] += e1 * e2;
    s[4] += e2 * e2;
  }
};

/// Round: the kernel of points anywhere, with the parameters amplitude, x0, y0, σ, offset.
template <class Round>
class GridEvaluator final : public TunedEvaluator<Round> {
 public:
  explicit GridEvaluator(Grid grid) : grid_(std::move(grid)) {}
  bool accumulate(const LaneSums& sums) const override {
    for_packs([&](int first) { add(sums, first); });
    return true;
  }

 private:
  static P load(const double* lanes, int index, int first) { return P::load(lanes + index * batch_lanes + first); }

  void add(const LaneSums& sums, int first) const {
    const double* const p = sums.parameters;
    const P amplitude = load(p, 0, first), offset = load(p, 4, first), inverse = 1.0 / load(p, 3, first);
    const P fast_center = load(p, grid_.swapped ? 2 : 1, first), slow_center = load(p, grid_.swapped ? 1 : 2, first);
    const P precision = inverse * inverse, half = -0.5 * precision;
    alignas(64) double axis[3 * Grid::longest * native_lanes];
    AxisSums f, s;
    double* to = axis;
    for (const double at : grid_.fast) {
      const P d = P(at) - fast_center, e = lane_exp(half * (d * d)), e1 = e * d, e2 = e1 * d;
      f.add(e, e1, e2);
      e.store(to);
      e1.store(to + native_lanes);
      e2.store(to + 2 * native_lanes);
      to += 3 * native_lanes;
    }
    // R[k][l] = Σ r e_f d_fᵏ e_s d_sˡ.
    P cost(0.0), sum(0.0), r00(0.0), r10(0.0), r20(0.0), r01(0.0), r02(0.0);
    const double* y = sums.y + first;
    for (const double at : grid_.slow) {
      const P d = P(at) - slow_center, e = lane_exp(half * (d * d)), e1 = e * d, e2 = e1 * d, height = amplitude * e;
      s.add(e, e1, e2);
      P q0(0.0), q1(0.0), q2(0.0);
      const double* from = axis;
      for (std::size_t i = 0; i < grid_.fast.size(); ++i, from += 3 * native_lanes, y += batch_lanes) {
        const P ef = P::load(from), r = height * ef + (offset - P::load(y));
        cost += r * r;
        sum += r;
        q0 += r * ef;
        q1 += r * P::load(from + native_lanes);
        q2 += r * P::load(from + 2 * native_lanes);
      }
      r00 += q0 * e;
      r10 += q1 * e;
      r20 += q2 * e;
      r01 += q0 * e1;
      r02 += q0 * e2;
    }
    (0.5 * cost).store(sums.cost + first);
    const P slope = amplitude * precision, wide = slope * inverse;
    put(sums.gradient, first, {r00, slope * r10, slope * r01, wide * (r20 + r02), sum});
    store_matrix(sums, first, f, s, slope, wide);
  }

  /// Numbers by parameter: amplitude, centre on the fast and on the slow axis, σ, offset.
  void put(double* gradient, int first, const std::array<P, 5>& g) const {
    for (int j = 0; j < 5; ++j) g[static_cast<std::size_t>(j)].store(gradient + place(j) * batch_lanes + first);
  }
  int place(int j) const { return grid_.swapped && (j == 1 || j == 2) ? 3 - j : j; }

  void store_matrix(const LaneSums& sums, int first, const AxisSums& f, const AxisSums& s, P slope, P wide) const {
    const auto set = [&](int j, int k, P value) {
      const int a = place(j), b = place(k);
      value.store(sums.hessian + entry(std::max(a, b), std::min(a, b)) * batch_lanes + first);
    };
    set(0, 0, f.s[0] * s.s[0]);
    set(1, 0, slope * (f.s[1] * s.s[0]));
    set(1, 1, slope * slope * (f.s[2] * s.s[0]));
    set(2, 0, slope * (f.s[0] * s.s[1]));
    set(2, 1, slope * slope * (f.s[1] * s.s[1]));
    set(2, 2, slope * slope * (f.s[0] * s.s[2]));
    set(3, 0, wide * (f.s[2] * s.s[0] + f.s[0] * s.s[2]));
    set(3, 1, slope * wide * (f.s[3] * s.s[0] + f.s[1] * s.s[2]));
    set(3, 2, slope * wide * (f.s[2] * s.s[1] + f.s[0] * s.s[3]));
    set(3, 3, wide * wide * (f.s[4] * s.s[0] + 2.0 * (f.s[2] * s.s[2]) + f.s[0] * s.s[4]));
    set(4, 0, f.m[0] * s.m[0]);
    set(4, 1, slope * (f.m[1] * s.m[0]));
    set(4, 2, slope * (f.m[0] * s.m[1]));
    set(4, 3, wide * (f.m[2] * s.m[0] + f.m[0] * s.m[2]));
    set(4, 4, P(static_cast<double>(grid_.fast.size() * grid_.slow.size())));
  }

  Grid grid_;
};

}  // namespace thalweg::inline v0_1::batch
