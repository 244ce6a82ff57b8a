// Small dense blocks in an order that vectors of eight like, and the transposition between eight residuals side by side
// and one residual after the other.
#pragma once

#include <cstring>

#include <thalweg/math/pack.hpp>

namespace thalweg::tile {

using Raw = Lanes<8>::Real;
inline constexpr int lanes = 8;

[[gnu::always_inline]] inline Raw load(const double* p) {
  Raw r;
  std::memcpy(&r, p, sizeof r);
  return r;
}
[[gnu::always_inline]] inline void store(double* p, const Raw& r) { std::memcpy(p, &r, sizeof r); }
[[gnu::always_inline]] inline Raw splat(double s) { return Raw{} + s; }
/// The sum of the lanes, in a fixed order.
[[gnu::always_inline]] inline double sum(const Raw& r) {
  return ((r[0] + r[4]) + (r[2] + r[6])) + ((r[1] + r[5]) + (r[3] + r[7]));
}

/// Where entry (i, j) of an M × N block stands. Rows go in vectors of eight down the columns; of the rows left over each
/// is a vector along the row where that needs fewer vectors, as the ninth row of a camera's block does.
template <int M, int N>
struct Layout {
  static constexpr int bodies = M / lanes;  ///< vectors in each column
  static constexpr int rest = M % lanes;    ///< rows left over
  static constexpr int row_vectors = (N + lanes - 1) / lanes;
  static constexpr bool rest_by_rows = rest > 0 && rest * row_vectors < N;
  static constexpr int body = bodies * lanes * N;
  static constexpr int size = body + (rest == 0 ? 0 : rest_by_rows ? rest * row_vectors * lanes : N * lanes);
  static constexpr int index(int i, int j) {
    if (i < bodies * lanes) return (i / lanes * N + j) * lanes + i % lanes;
    if (rest_by_rows) return body + (i - bodies * lanes) * row_vectors * lanes + j;
    return body + j * lanes + (i - bodies * lanes);
  }
};

/// In place: lane l of vector v becomes lane v of vector l.
[[gnu::always_inline]] inline void transpose(Raw* v) {
  using Pick = Lanes<8>::Bits;
  Raw a[8], b[8];
  for (int i = 0; i < 8; i += 2) {
    a[i] = __builtin_shuffle(v[i], v[i + 1], Pick{0, 8, 2, 10, 4, 12, 6, 14});
    a[i + 1] = __builtin_shuffle(v[i], v[i + 1], Pick{1, 9, 3, 11, 5, 13, 7, 15});
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; ++k) {
      b[i + k] = __builtin_shuffle(a[i + k], a[i + k + 2], Pick{0, 1, 8, 9, 4, 5, 12, 13});
      b[i + k + 2] = __builtin_shuffle(a[i + k], a[i + k + 2], Pick{2, 3, 10, 11, 6, 7, 14, 15});
    }
  for (int k = 0; k < 4; ++k) {
    v[k] = __builtin_shuffle(b[k], b[k + 4], Pick{0, 1, 2, 3, 8, 9, 10, 11});
    v[k + 4] = __builtin_shuffle(b[k], b[k + 4], Pick{4, 5, 6, 7, 12, 13, 14, 15});
  }
}

}  // namespace thalweg::tile
