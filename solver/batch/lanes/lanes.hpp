// Numbers of several fits beside each other, one fit per lane.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <thalweg/batch/model.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1::batch {

using P = NativePack;
using M = Mask<native_lanes>;
static_assert(batch_lanes % native_lanes == 0);

/// One number of each lane.
struct alignas(64) Lane {
  double v[batch_lanes] = {};
  P load(int first) const { return P::load(v + first); }
  void store(int first, P value) { value.store(v + first); }
  double& operator[](int lane) { return v[lane]; }
  double operator[](int lane) const { return v[lane]; }
};

/// n numbers of a few lanes.
template <int n>
using Packs = std::array<P, static_cast<std::size_t>(n)>;

/// Numbers in the lower triangle of a symmetric n × n matrix, by rows, and where row j, column k ≤ j lies.
constexpr int triangle(int n) { return n * (n + 1) / 2; }
constexpr int entry(int j, int k) { return triangle(j) + k; }

/// Calls body(first) for each group of lanes that fills a pack.
template <class Body>
[[gnu::always_inline]] inline void for_packs(const Body& body) {
  for (int first = 0; first < batch_lanes; first += native_lanes) body(first);
}

/// to[first...] = value where the mask holds.
inline void blend(Lane& to, int first, M where, P value) { to.store(first, select(where, value, to.load(first))); }

inline bool any(M m) {
  std::int64_t bits = 0;
  for (int i = 0; i < native_lanes; ++i) bits |= m.v[i];
  return bits != 0;
}

/// Finite numbers: x − x is 0 of those alone.
inline M is_finite(P x) { return x - x == P(0.0); }

}  // namespace thalweg::inline v0_1::batch
