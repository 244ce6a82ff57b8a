// Between eight items side by side, a lane each, and one item after the other.
#pragma once

#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1 {

/// In place: lane l of vector v becomes lane v of vector l.
[[gnu::always_inline]] inline void transpose(Lanes<8>::Real* v) {
  // Of pairs of vectors: their even lanes and their odd ones; then of pairs of lanes.
  const auto low = [](const auto& x, const auto& y) { return shuffle<0, 8, 2, 10, 4, 12, 6, 14>(x, y); };
  const auto high = [](const auto& x, const auto& y) { return shuffle<1, 9, 3, 11, 5, 13, 7, 15>(x, y); };
  const auto even = [](const auto& x, const auto& y) { return shuffle<0, 1, 4, 5, 8, 9, 12, 13>(x, y); };
  const auto odd = [](const auto& x, const auto& y) { return shuffle<2, 3, 6, 7, 10, 11, 14, 15>(x, y); };
  Lanes<8>::Real a[8], b[8];
  for (int i = 0; i < 8; i += 2) {
    a[i] = low(v[i], v[i + 1]);
    a[i + 1] = high(v[i], v[i + 1]);
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; ++k) {
      b[i + k] = even(a[i + k], a[i + k + 2]);
      b[i + k + 2] = odd(a[i + k], a[i + k + 2]);
    }
  for (int k = 0; k < 2; ++k) {
    v[k] = even(b[k], b[k + 4]);
    v[k + 4] = odd(b[k], b[k + 4]);
    v[k + 2] = even(b[k + 2], b[k + 6]);
    v[k + 6] = odd(b[k + 2], b[k + 6]);
  }
}

}  // namespace thalweg::inline v0_1
