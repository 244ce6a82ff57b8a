// exp of a pack, inlined: the C library's is a call, around which all sums over points go through memory.
#pragma once

#include <cmath>
#include <cstring>

#include "batch/lanes/lanes.hpp"

namespace thalweg::inline v0_1::batch {

/// exp(x) within 2 units in the last place: x = k ln 2 + r, |r| ≤ ½ ln 2 (Cody & Waite 1980), and 1 + r + r² q(r) with
/// q of degree 9, interpolated at the Chebyshev nodes to 2e-17. Results below the smallest normal number are 0.
[[gnu::always_inline]] inline P lane_exp(P x) {
  constexpr double round = 0x1.8p52;  // adding it leaves the integer k in the low bits
  const P shifted = x * P(1.4426950408889634074) + P(round), k = shifted - P(round);
  const P r = (x - k * P(0.6931471803691238)) - k * P(1.9082149292705877e-10);
  const P r2 = r * r, r4 = r2 * r2;
  const P q01 = P(0.16666666666666669) * r + P(0.5000000000000001);
  const P q23 = P(0.008333333333330065) * r + P(0.041666666666624164);
  const P q45 = P(0.00019841269863040545) * r + P(0.0013888888917196719);
  const P q67 = P(2.7557268480310024e-06) * r + P(2.4801521322368692e-05);
  const P q89 = P(2.5100375832561234e-08) * r + P(2.7620075879983367e-07);
  const P q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * q89);
  const P power = r2 * q + (r + P(1.0));
  M bits, exponent;
  std::memcpy(&bits.v, &power.v, sizeof bits.v);
  std::memcpy(&exponent.v, &shifted.v, sizeof exponent.v);
  bits.v += exponent.v << 52;
  P result;
  std::memcpy(&result.v, &bits.v, sizeof bits.v);
  const M inside = (x > P(-708.0)) & (x < P(709.0));
  return select(inside, result, select(x < P(0.0), P(0.0), x * P(HUGE_VAL)));
}

}  // namespace thalweg::inline v0_1::batch
