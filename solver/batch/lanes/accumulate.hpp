// Sums over points: cost, gradient and the matrix JᵀJ of each lane.
#pragma once

#include <array>
#include <limits>
#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/math/special.hpp>

#include "batch/lanes/lanes.hpp"

namespace thalweg::inline v0_1::batch {

/// Values and derivatives of some points, and what they are compared with.
struct Tile {
  const double* value = nullptr;       ///< [i · batch_lanes + lane]
  const double* derivative = nullptr;  ///< [(j · stride + i) · batch_lanes + lane]
  int stride = 0, count = 0;
  const double* y = nullptr;
  const double* weight = nullptr;  ///< 1/σ², or null
};

/// What one point adds: to the cost, and with which factors to the gradient, Σ slope · ∂f, and to the matrix,
/// Σ curvature · ∂f ∂fᵀ.
struct Terms {
  P cost, slope, curvature;
};

/// Least squares: ½ r².
struct SquaredTerms {
  static constexpr bool unit_curvature = true;
  static Terms at(P f, P y) {
    const P r = f - y;
    return {0.5 * (r * r), r, P(1.0)};
  }
};

/// Poisson counts: y (t − ln(1 + t)) with t = (μ − y)/y, half the deviance, which keeps the digits of a close fit; the
/// matrix is Fisher's information. A mean that is not above 0 has no cost.
struct PoissonTerms {
  static constexpr bool unit_curvature = false;
  static Terms at(P mean, P y) {
    const P r = mean - y, none(std::numeric_limits<double>::quiet_NaN()), inverse = 1.0 / mean;
    const M counted = y > P(0.0);
    const P t = r / select(counted, y, P(1.0));
    const P cost = select(counted, y * (t - log1p(select(counted, t, P(0.0)))), r);
    return {select(mean > P(0.0), cost, none), r * inverse, inverse};
  }
};

/// Rows [row, end) of the triangle whose sums, with those of the gradient, stay in registers.
constexpr int last_row(int row, int n) {
  constexpr int registers = 24;
  int used = row + 2, end = row + 1;
  while (end < n && used + end + 2 <= registers) used += end++ + 2;
  return end;
}

/// Adds rows [row, end) of the tile's sums, then those below; the cost with the first.
template <int N, int row, class Kind, bool weighted>
void add_rows(const Tile& tile, int first, Lane& cost, Lane* gradient, Lane* hessian) {
  constexpr int end = last_row(row, N), begin_entry = triangle(row), entries = triangle(end) - begin_entry;
  std::array<P, end - row> g;
  std::array<P, entries> h;
  P sum = cost.load(first);
  for (int j = row; j < end; ++j) g[static_cast<std::size_t>(j - row)] = gradient[j].load(first);
  for (int e = 0; e < entries; ++e) h[static_cast<std::size_t>(e)] = hessian[begin_entry + e].load(first);
  for (int i = 0; i < tile.count; ++i) {
    const int at = i * batch_lanes + first;
    Terms terms = Kind::at(P::load(tile.value + at), P::load(tile.y + at));
    if constexpr (weighted) {
      const P w = P::load(tile.weight + at);
      terms = {w * terms.cost, w * terms.slope, w * terms.curvature};
    }
    if constexpr (row == 0) sum += terms.cost;
    std::array<P, end> d;
    for (int j = 0; j < end; ++j)
      d[static_cast<std::size_t>(j)] = P::load(tile.derivative + j * tile.stride * batch_lanes + at);
#pragma GCC unroll 12
    for (int j = row; j < end; ++j) {
      const auto c = static_cast<std::size_t>(j);
      g[c - row] += terms.slope * d[c];
      const P scaled = !weighted && Kind::unit_curvature ? d[c] : terms.curvature * d[c];
#pragma GCC unroll 12
      for (int k = 0; k <= j; ++k)
        h[static_cast<std::size_t>(entry(j, k) - begin_entry)] += scaled * d[static_cast<std::size_t>(k)];
    }
  }
  if constexpr (row == 0) cost.store(first, sum);
  for (int j = row; j < end; ++j) gradient[j].store(first, g[static_cast<std::size_t>(j - row)]);
  for (int e = 0; e < entries; ++e) hessian[begin_entry + e].store(first, h[static_cast<std::size_t>(e)]);
  if constexpr (end < N) add_rows<N, end, Kind, weighted>(tile, first, cost, gradient, hessian);
}

template <int N>
void add_tile(const Tile& tile, BatchCost kind, Lane& cost, Lane* gradient, Lane* hessian) {
  for_packs([&](int first) {
    const bool weighted = tile.weight != nullptr;
    if (kind == BatchCost::poisson) {
      if (weighted) return add_rows<N, 0, PoissonTerms, true>(tile, first, cost, gradient, hessian);
      return add_rows<N, 0, PoissonTerms, false>(tile, first, cost, gradient, hessian);
    }
    if (weighted) return add_rows<N, 0, SquaredTerms, true>(tile, first, cost, gradient, hessian);
    return add_rows<N, 0, SquaredTerms, false>(tile, first, cost, gradient, hessian);
  });
}

}  // namespace thalweg::inline v0_1::batch
