// Small dense blocks in an order that vectors of eight like.
#pragma once

#include <cstring>

#include <math/transpose.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1::tile {

using Raw = Lanes<8>::Real;
using thalweg::transpose;
inline constexpr int lanes = 8;

[[gnu::always_inline]] inline Raw load(const double* p) {
  Raw r;
  std::memcpy(&r, p, sizeof r);
  return r;
}
[[gnu::always_inline]] inline void store(double* p, const Raw& r) { std::memcpy(p, &r, sizeof r); }
[[gnu::always_inline]] inline Raw splat(double s) { return s - Raw{}; }  // s − 0 is s; 0 + s would be an addition
/// The sum of the lanes, in a fixed order.
[[gnu::always_inline]] inline double sum(const Raw& r) {
  return ((r[0] + r[4]) + (r[2] + r[6])) + ((r[1] + r[5]) + (r[3] + r[7]));
}

/// Asks for `size` numbers that will be read soon, or written.
template <bool write>
[[gnu::always_inline]] inline void fetch_ahead(const double* p, int size) {
  for (int i = 0; i < size; i += 8) __builtin_prefetch(p + i, write ? 1 : 0, 3);
}

/// Where entry (i, j) of an M × N block stands. Rows go in vectors of eight down the columns; of the rows left over
/// each is a vector along the row where that needs fewer vectors, as the ninth row of a camera's block does.
template <int M, int N>
struct Layout {
  static constexpr int bodies = M / lanes;  ///< vectors in each column
  static constexpr int rest = M % lanes;    ///< rows left over
  static constexpr int row_vectors = (N + lanes - 1) / lanes;
  static constexpr bool rest_by_rows = rest > 0 && rest* row_vectors < N;
  static constexpr int body = bodies * lanes * N;
  static constexpr int size = body + (rest == 0 ? 0 : rest_by_rows ? rest * row_vectors * lanes : N * lanes);
  static constexpr int index(int i, int j) {
    if (i < bodies * lanes) return (i / lanes * N + j) * lanes + i % lanes;
    if (rest_by_rows) return body + (i - bodies * lanes) * row_vectors * lanes + j;
    return body + j * lanes + (i - bodies * lanes);
  }
};

}  // namespace thalweg::inline v0_1::tile
