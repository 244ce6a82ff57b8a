// The small dense pieces of an elimination: one landmark's factor, its couplings, their products.
#pragma once

#include <linear/normal/product_schedule.hpp>
#include <linear/normal/tile.hpp>

namespace thalweg::inline v0_1 {
namespace elimination {

/// Where entry (i, k), i >= k, of an E × E lower triangle stands, column after column.
template <int E>
constexpr int lower(int i, int k) {
  return k * E - k * (k - 1) / 2 + i - k;
}

/// The sum over c of term(c), from the first to the last.
template <int E, class Term>
[[gnu::always_inline]] inline double sum_over(Term term) {
  double s = term(0);
#pragma GCC unroll 8
  for (int c = 1; c < E; ++c) s += term(c);
  return s;
}

/// Z = W L⁻ᵀ of F × E blocks, L given by its lower triangle (columns; diagonal inverted).
template <class Coupling, int F, int E>
[[gnu::always_inline]] inline void times_inverse(const double* W, const double* L, double* Z) {
  using tile::load;
  using tile::splat;
  for (int v = 0; v < Coupling::bodies; ++v) {
    const double* w = W + v * E * 8;
    double* z = Z + v * E * 8;
    tile::Raw column[E];
#pragma GCC unroll 8
    for (int c = 0; c < E; ++c) {
      column[c] = load(w + c * 8);
#pragma GCC unroll 8
      for (int k = 0; k < c; ++k) column[c] -= column[k] * splat(L[lower<E>(c, k)]);
      column[c] *= splat(L[lower<E>(c, c)]);
      tile::store(z + c * 8, column[c]);
    }
  }
  for (int i = Coupling::bodies * 8; i < F; ++i) {
    double row[E];
#pragma GCC unroll 8
    for (int c = 0; c < E; ++c) {
      row[c] = W[Coupling::index(i, c)];
#pragma GCC unroll 8
      for (int k = 0; k < c; ++k) row[c] -= row[k] * L[lower<E>(c, k)];
      row[c] *= L[lower<E>(c, c)];
      Z[Coupling::index(i, c)] = row[c];
    }
  }
}

/// S += Σ Zₐ Z_bᵀ over the pairs, F × F, summed in registers; S = if they are its first.
template <class Square, class Coupling, int F, int E>
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
    tile::Raw column[E];
#pragma GCC unroll 8
    for (int c = 0; c < E; ++c) column[c] = load(z + c * 8);
#pragma GCC unroll 8
    for (int c = 0; c < E; ++c)
#pragma GCC unroll 16
      for (int j = 0; j < F; ++j) s[j] += column[c] * splat(y[Coupling::index(j, c)]);
    if constexpr (by_rows) {
      const double* const last = z + Coupling::body;
#pragma GCC unroll 8
      for (int c = 0; c < E; ++c) row += load(y + c * 8) * splat(last[c]);
      corner += sum_over<E>([&](int c) { return last[c] * y[Coupling::body + c]; });
    }
  }
  for (int j = 0; j < F; ++j) tile::store(S + j * tile::lanes, s[j]);
  if constexpr (by_rows) {
    tile::store(S + Square::body, row);
    S[Square::body + tile::lanes] = corner;
  }
}

/// S += Z Yᵀ, F × F.
template <class Square, class Coupling, int F, int E>
[[gnu::always_inline]] inline void add_outer(const double* Z, const double* Y, double* S) {
  using tile::load;
  using tile::splat;
  const auto add = [&](double* s, auto column, auto factor) {
    tile::Raw t = load(s);
#pragma GCC unroll 8
    for (int c = 0; c < E; ++c) t += load(column(c)) * splat(factor(c));
    tile::store(s, t);
  };
  for (int v = 0; v < Square::bodies; ++v)
    for (int j = 0; j < F; ++j)
      add(
          S + (v * F + j) * 8, [&](int c) { return Z + (v * E + c) * 8; },
          [&](int c) { return Y[Coupling::index(j, c)]; });
  if constexpr (Square::rest_by_rows) {
    // One vector along each row that is left over, of the columns that make whole vectors; then what is left of both.
    for (int i = Square::bodies * 8; i < F; ++i) {
      for (int v = 0; v < Square::bodies; ++v)
        add(
            S + Square::index(i, v * 8), [&](int c) { return Y + (v * E + c) * 8; },
            [&](int c) { return Z[Coupling::index(i, c)]; });
      for (int j = Square::bodies * 8; j < F; ++j)
        S[Square::index(i, j)] +=
            sum_over<E>([&](int c) { return Z[Coupling::index(i, c)] * Y[Coupling::index(j, c)]; });
    }
  } else if constexpr (Square::rest > 0) {
    // The rows left over, padded to a vector, go down the columns.
    alignas(64) double z[E][8] = {};
    for (int c = 0; c < E; ++c)
      for (int i = Square::bodies * 8; i < F; ++i) z[c][i % 8] = Z[Coupling::index(i, c)];
    for (int j = 0; j < F; ++j)
      add(
          S + Square::body + j * 8, [&](int c) { return z[c]; }, [&](int c) { return Y[Coupling::index(j, c)]; });
  }
}

/// y (padded to whole vectors) += Z x, x of the landmark.
template <class Coupling, int F, int E>
[[gnu::always_inline]] inline void add_product(const double* Z, const double* x, double* y) {
  for (int v = 0; v < Coupling::bodies; ++v) {
    tile::Raw s = tile::load(y + v * 8);
#pragma GCC unroll 8
    for (int c = 0; c < E; ++c) s += tile::load(Z + (v * E + c) * 8) * tile::splat(x[c]);
    tile::store(y + v * 8, s);
  }
  for (int i = Coupling::bodies * 8; i < F; ++i)
    y[i] += sum_over<E>([&](int c) { return Z[Coupling::index(i, c)] * x[c]; });
}

/// Wᵀx, x of the tile, padded: added to `body` lane by lane, and to `rest`.
template <class Coupling, int F, int E>
[[gnu::always_inline]] inline void add_transposed(const double* W, const double* x, tile::Raw* body, double* rest) {
  for (int v = 0; v < Coupling::bodies; ++v)
    for (int c = 0; c < E; ++c) body[c] += tile::load(W + (v * E + c) * 8) * tile::load(x + v * 8);
  for (int i = Coupling::bodies * 8; i < F; ++i)
    for (int c = 0; c < E; ++c) rest[c] += W[Coupling::index(i, c)] * x[i];
}

/// L y = b in place; L by columns with the inverse of the diagonal.
template <int E>
[[gnu::always_inline]] inline void solve_lower(const double* L, double* b) {
#pragma GCC unroll 8
  for (int c = 0; c < E; ++c) {
#pragma GCC unroll 8
    for (int k = 0; k < c; ++k) b[c] -= L[lower<E>(c, k)] * b[k];
    b[c] *= L[lower<E>(c, c)];
  }
}
/// Lᵀ y = b.
template <int E>
[[gnu::always_inline]] inline void solve_upper(const double* L, double* b) {
#pragma GCC unroll 8
  for (int c = E - 1; c >= 0; --c) {
#pragma GCC unroll 8
    for (int k = c + 1; k < E; ++k) b[c] -= L[lower<E>(k, c)] * b[k];
    b[c] *= L[lower<E>(c, c)];
  }
}

}  // namespace elimination

}  // namespace thalweg::inline v0_1
