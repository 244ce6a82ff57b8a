// Between eight items side by side, a lane each, and one item after the other.
#pragma once

#include <thalweg/math/pack.hpp>

namespace thalweg {

/// In place: lane l of vector v becomes lane v of vector l.
[[gnu::always_inline]] inline void transpose(Lanes<8>::Real* v) {
  using Pick = Lanes<8>::Bits;
  const Pick low{0, 8, 2, 10, 4, 12, 6, 14}, high{1, 9, 3, 11, 5, 13, 7, 15};
  // Of pairs of lanes: the even ones of both, the odd ones of both.
  const Pick even{0, 1, 4, 5, 8, 9, 12, 13}, odd{2, 3, 6, 7, 10, 11, 14, 15};
  Lanes<8>::Real a[8], b[8];
  for (int i = 0; i < 8; i += 2) {
    a[i] = __builtin_shuffle(v[i], v[i + 1], low);
    a[i + 1] = __builtin_shuffle(v[i], v[i + 1], high);
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; ++k) {
      b[i + k] = __builtin_shuffle(a[i + k], a[i + k + 2], even);
      b[i + k + 2] = __builtin_shuffle(a[i + k], a[i + k + 2], odd);
    }
  for (int k = 0; k < 2; ++k) {
    v[k] = __builtin_shuffle(b[k], b[k + 4], even);
    v[k + 4] = __builtin_shuffle(b[k], b[k + 4], odd);
    v[k + 2] = __builtin_shuffle(b[k + 2], b[k + 6], even);
    v[k + 6] = __builtin_shuffle(b[k + 2], b[k + 6], odd);
  }
}

}  // namespace thalweg
