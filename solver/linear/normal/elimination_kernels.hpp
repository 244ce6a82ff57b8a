// The small dense pieces of an elimination: one landmark's 3 × 3 factor, its couplings, their products.
#pragma once

#include <linear/normal/product_schedule.hpp>
#include <linear/normal/tile.hpp>

namespace thalweg::inline v0_1 {
namespace elimination {

/// y −= or += over the tile layout of F × E blocks: Z = W L⁻ᵀ, L given by its lower triangle (columns; diagonal
/// inverted).
template <class Coupling, int F>
[[gnu::always_inline]] inline void times_inverse(const double* W, const double* L, double* Z) {
  using tile::load;
  using tile::splat;
  for (int v = 0; v < Coupling::bodies; ++v) {
    const double* w = W + v * 3 * 8;
    double* z = Z + v * 3 * 8;
    const tile::Raw z0 = load(w) * splat(L[0]);
    const tile::Raw z1 = (load(w + 8) - z0 * splat(L[1])) * splat(L[3]);
    const tile::Raw z2 = (load(w + 16) - z0 * splat(L[2]) - z1 * splat(L[4])) * splat(L[5]);
    tile::store(z, z0);
    tile::store(z + 8, z1);
    tile::store(z + 16, z2);
  }
  for (int i = Coupling::bodies * 8; i < F; ++i) {
    const double* w = W;
    const double z0 = w[Coupling::index(i, 0)] * L[0];
    const double z1 = (w[Coupling::index(i, 1)] - z0 * L[1]) * L[3];
    Z[Coupling::index(i, 0)] = z0;
    Z[Coupling::index(i, 1)] = z1;
    Z[Coupling::index(i, 2)] = (w[Coupling::index(i, 2)] - z0 * L[2] - z1 * L[4]) * L[5];
  }
}

/// S += Σ Zₐ Z_bᵀ over the pairs, F × F, summed in registers; S = if they are its first.
template <class Square, class Coupling, int F>
[[gnu::always_inline]] inline void add_outer_products(const ProductSchedule::Pair* pair,
                                                      const ProductSchedule::Pair* end, const double* Z, bool first,
                                                      double* S) {
  using tile::load;
  using tile::splat;
  constexpr bool by_rows = Square::rest_by_rows;
  static_assert(F < 2 * tile::lanes && (!by_rows || F == tile::lanes + 1));
  tile::Raw s[F];  // the first eight rows, a column each; with a ninth row, that in one more and its last number
  for (int j = 0; j < F; ++j) s[j] = first ? tile::Raw{} : load(S + j * tile::lanes);
  tile::Raw row = by_rows && !first ? load(S + Square::body) : tile::Raw{};
  double corner = by_rows && !first ? S[Square::body + tile::lanes] : 0.0;
  for (; pair != end; ++pair) {
    const double* const z = Z + std::int64_t{pair->a} * Coupling::size;
    const double* const y = Z + std::int64_t{pair->b} * Coupling::size;
    const ProductSchedule::Pair later = pair[ProductSchedule::pairs_ahead];
    tile::fetch_ahead<false>(Z + std::int64_t{later.a} * Coupling::size, Coupling::size);
    tile::fetch_ahead<false>(Z + std::int64_t{later.b} * Coupling::size, Coupling::size);
    const tile::Raw z0 = load(z), z1 = load(z + 8), z2 = load(z + 16);
    for (int j = 0; j < F; ++j) s[j] += z0 * splat(y[Coupling::index(j, 0)]);
    for (int j = 0; j < F; ++j) s[j] += z1 * splat(y[Coupling::index(j, 1)]);
    for (int j = 0; j < F; ++j) s[j] += z2 * splat(y[Coupling::index(j, 2)]);
    if constexpr (by_rows) {
      const double* const last = z + Coupling::body;
      row += load(y) * splat(last[0]);
      row += load(y + 8) * splat(last[1]);
      row += load(y + 16) * splat(last[2]);
      corner += last[0] * y[Coupling::body] + last[1] * y[Coupling::body + 1] + last[2] * y[Coupling::body + 2];
    }
  }
  for (int j = 0; j < F; ++j) tile::store(S + j * tile::lanes, s[j]);
  if constexpr (by_rows) {
    tile::store(S + Square::body, row);
    S[Square::body + tile::lanes] = corner;
  }
}

/// S += Z Yᵀ, F × F.
template <class Square, class Coupling, int F>
[[gnu::always_inline]] inline void add_outer(const double* Z, const double* Y, double* S) {
  using tile::load;
  using tile::splat;
  constexpr int E = landmark_width;
  for (int v = 0; v < Square::bodies; ++v) {
    const tile::Raw z0 = load(Z + v * E * 8), z1 = load(Z + v * E * 8 + 8), z2 = load(Z + v * E * 8 + 16);
    for (int j = 0; j < F; ++j) {
      double* s = S + (v * F + j) * 8;
      tile::store(s, load(s) + z0 * splat(Y[Coupling::index(j, 0)]) + z1 * splat(Y[Coupling::index(j, 1)]) +
                         z2 * splat(Y[Coupling::index(j, 2)]));
    }
  }
  if constexpr (Square::rest_by_rows) {
    // One vector along each row that is left over, of the columns that make whole vectors; then what is left of both.
    for (int i = Square::bodies * 8; i < F; ++i) {
      const double z0 = Z[Coupling::index(i, 0)], z1 = Z[Coupling::index(i, 1)], z2 = Z[Coupling::index(i, 2)];
      for (int v = 0; v < Square::bodies; ++v) {
        double* s = S + Square::index(i, v * 8);
        const double* y = Y + v * E * 8;
        tile::store(s, load(s) + load(y) * splat(z0) + load(y + 8) * splat(z1) + load(y + 16) * splat(z2));
      }
      for (int j = Square::bodies * 8; j < F; ++j)
        S[Square::index(i, j)] +=
            z0 * Y[Coupling::index(j, 0)] + z1 * Y[Coupling::index(j, 1)] + z2 * Y[Coupling::index(j, 2)];
    }
  } else if constexpr (Square::rest > 0) {
    // The rows left over, padded to a vector, go down the columns.
    alignas(64) double z[E][8] = {};
    for (int c = 0; c < E; ++c)
      for (int i = Square::bodies * 8; i < F; ++i) z[c][i % 8] = Z[Coupling::index(i, c)];
    const tile::Raw z0 = load(z[0]), z1 = load(z[1]), z2 = load(z[2]);
    for (int j = 0; j < F; ++j) {
      double* s = S + Square::body + j * 8;
      tile::store(s, load(s) + z0 * splat(Y[Coupling::index(j, 0)]) + z1 * splat(Y[Coupling::index(j, 1)]) +
                         z2 * splat(Y[Coupling::index(j, 2)]));
    }
  }
}

/// y (padded to whole vectors) += Z · three.
template <class Coupling, int F>
[[gnu::always_inline]] inline void add_product(const double* Z, const double* three, double* y) {
  for (int v = 0; v < Coupling::bodies; ++v) {
    const double* z = Z + v * 3 * 8;
    tile::store(y + v * 8, tile::load(y + v * 8) + tile::load(z) * tile::splat(three[0]) +
                               tile::load(z + 8) * tile::splat(three[1]) + tile::load(z + 16) * tile::splat(three[2]));
  }
  for (int i = Coupling::bodies * 8; i < F; ++i)
    y[i] +=
        Z[Coupling::index(i, 0)] * three[0] + Z[Coupling::index(i, 1)] * three[1] + Z[Coupling::index(i, 2)] * three[2];
}

/// three += Wᵀ x, x padded.
template <class Coupling, int F>
[[gnu::always_inline]] inline void add_transposed(const double* W, const double* x, tile::Raw* body, double* rest) {
  for (int v = 0; v < Coupling::bodies; ++v)
    for (int c = 0; c < 3; ++c) body[c] += tile::load(W + (v * 3 + c) * 8) * tile::load(x + v * 8);
  for (int i = Coupling::bodies * 8; i < F; ++i)
    for (int c = 0; c < 3; ++c) rest[c] += W[Coupling::index(i, c)] * x[i];
}

/// L y = b in place; L by columns with the inverse of the diagonal.
[[gnu::always_inline]] inline void solve_lower(const double* L, double* b) {
  b[0] *= L[0];
  b[1] = (b[1] - L[1] * b[0]) * L[3];
  b[2] = (b[2] - L[2] * b[0] - L[4] * b[1]) * L[5];
}
/// Lᵀ y = b.
[[gnu::always_inline]] inline void solve_upper(const double* L, double* b) {
  b[2] *= L[5];
  b[1] = (b[1] - L[4] * b[2]) * L[3];
  b[0] = (b[0] - L[1] * b[1] - L[2] * b[2]) * L[0];
}

}  // namespace elimination

}  // namespace thalweg::inline v0_1
