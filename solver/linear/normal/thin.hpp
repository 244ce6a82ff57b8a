// Couplings of one residual with at most two rows, as in bundle adjustment: kept as its rows of J, in place of W and U.
//
// With R rows f (of the tile) and e (of the landmark) W = fᵀe has rank R < 3, and U has one contribution fᵀf a
// coupling. So f and e say as much as both, in 3 cache lines a coupling. With A = e L⁻ᵀ a coupling has Z = fᵀA, and its
// part of the reduced diagonal block is fᵀf − ZZᵀ = fᵀ(I − AAᵀ)f: as cheap as the sum of U, which it replaces.
#pragma once

#include <utility>

#include <linear/normal/assemble.hpp>
#include <linear/normal/eliminate.hpp>

namespace thalweg {

/// A coupling's record: the first eight columns of both rows of f, then a vector of the rest.
namespace thin {
inline constexpr int rest = 16;
inline constexpr int ninth = 0;     ///< of the rest: column 8 of f, of both rows
inline constexpr int landmark = 2;  ///< of the rest: e, row after row

/// A = e L⁻ᵀ, row after row.
[[gnu::always_inline]] inline void times_inverse(const double* e, const double* L, double* A) {
  for (int r = 0; r < 2; ++r, e += 3, A += 3) {
    A[0] = e[0] * L[0];
    A[1] = (e[1] - A[0] * L[1]) * L[3];
    A[2] = (e[2] - A[0] * L[2] - A[1] * L[4]) * L[5];
  }
}
/// M = I − AAᵀ: its (0, 0), (1, 0) and (1, 1).
[[gnu::always_inline]] inline void complement(const double* A, double* M) {
  M[0] = 1.0 - (A[0] * A[0] + A[1] * A[1] + A[2] * A[2]);
  M[1] = -(A[0] * A[3] + A[1] * A[4] + A[2] * A[5]);
  M[2] = 1.0 - (A[3] * A[3] + A[4] * A[4] + A[5] * A[5]);
}

/// S −= fᵀMf, summed in registers over the couplings from which `next` makes records and M until it has no more.
template <class Square, int F, class Next>
[[gnu::always_inline]] inline void subtract_squares(double* S, Next next) {
  using tile::load;
  using tile::splat;
  constexpr bool by_rows = Square::rest_by_rows;
  tile::Raw s[F];
  for (int j = 0; j < F; ++j) s[j] = load(S + j * tile::lanes);
  tile::Raw row = by_rows ? load(S + Square::body) : tile::Raw{};
  double corner = by_rows ? S[Square::body + tile::lanes] : 0.0;
  const double *f, *M;
  while (next(f, M)) {
    const tile::Raw f0 = load(f), f1 = load(f + 8);
    const tile::Raw h0 = f0 * splat(M[0]) + f1 * splat(M[1]), h1 = f0 * splat(M[1]) + f1 * splat(M[2]);
    const double* const n = f + rest + ninth;
    for (int j = 0; j < F; ++j) s[j] -= h0 * splat(j < 8 ? f[j] : n[0]);
    for (int j = 0; j < F; ++j) s[j] -= h1 * splat(j < 8 ? f[8 + j] : n[1]);
    if constexpr (by_rows) {
      const double g0 = n[0] * M[0] + n[1] * M[1], g1 = n[0] * M[1] + n[1] * M[2];
      row -= f0 * splat(g0);
      row -= f1 * splat(g1);
      corner -= g0 * n[0] + g1 * n[1];
    }
  }
  for (int j = 0; j < F; ++j) tile::store(S + j * tile::lanes, s[j]);
  if constexpr (by_rows) {
    tile::store(S + Square::body, row);
    S[Square::body + tile::lanes] = corner;
  }
}

}  // namespace thin

/// Assembly: records, V, the gradients, and the squared norms of the tiles' columns.
template <int F>
template <int R>
void TiledEquations<F>::add_thin(int part, const NormalLayout::Group& group, const ResidualStrip& strip) {
  using namespace assembly;
  using tile::Raw;
  static_assert(R <= 2);
  constexpr int first = std::min(F, tile::lanes);
  double* const sums = kept_sums(part);
  Columns<R, F> f;
  Columns<R, E> e;
  Columns<R, 1> r;
  const NormalLayout::Piece& piece = group.pieces[0];
  for (std::int64_t i = strip.begin; i < strip.end; i += tile::lanes) {
    const int n = static_cast<int>(std::min<std::int64_t>(tile::lanes, strip.end - i));
    const std::int64_t at = i - strip.begin;
    r.fill(strip.residual, 1, 0, 1, at);
    e.fill(strip.jacobian, group.columns, group.landmark_column, group.landmark_columns, at);
    f.fill(strip.jacobian, group.columns, piece.column, piece.width, at);
    add_landmarks<R>(group, e, r, i, n);
    Raw row[2][tile::lanes] = {}, rest[tile::lanes] = {};
    for (int k = 0; k < R; ++k) {
      for (int c = 0; c < first; ++c) row[k][c] = f.lanes(k, c);
      tile::transpose(row[k]);
      if constexpr (F > tile::lanes) rest[thin::ninth + k] = f.lanes(k, tile::lanes);
      for (int c = 0; c < E; ++c) rest[thin::landmark + k * E + c] = e.lanes(k, c);
    }
    tile::transpose(rest);
    for (int l = 0; l < n; ++l) {
      const auto place = static_cast<std::size_t>(i + l);
      if (group.tile[place] < 0) continue;
      double* const u = sums + std::int64_t{group.tile[place]} * kept_size;
      if (group.coupling[place] < 0) {  // the landmark does not move: the tile alone, the usual way
        for (int k = 0; k < R; ++k)
          for (int j = 0; j < F; ++j) {
            for (int h = 0; h <= j; ++h) u[Square::index(j, h)] += f.numbers[k][j][l] * f.numbers[k][h][l];
            u[Square::size + j] += f.numbers[k][j][l] * r.numbers[k][0][l];
          }
        continue;
      }
      double* const record = records_.data() + group.coupling[place] * thin::size;
      tile::fetch_ahead<true>(record + couplings_ahead * thin::size, thin::size);
      double *const g = u + Square::size, *const squares = g + vector_size;
      Raw slope = tile::load(g), square = tile::load(squares);
      for (int k = 0; k < R; ++k) {
        slope += row[k][l] * tile::splat(r.numbers[k][0][l]);
        square += row[k][l] * row[k][l];
      }
      tile::store(g, slope);
      tile::store(squares, square);
      for (int k = 0; k < R && F > tile::lanes; ++k) {
        const double ninth = f.numbers[k][F - 1][l];
        g[tile::lanes] += ninth * r.numbers[k][0][l];
        squares[tile::lanes] += ninth * ninth;
      }
      tile::store(record, row[0][l]);
      tile::store(record + 8, row[1][l]);
      tile::store(record + thin::rest, rest[l]);
    }
  }
}

/// Z and M of the couplings of the landmarks [begin, end), and Z L⁻¹ b added to y.
template <int F>
void TiledEquations<F>::scale_thin(std::int32_t begin, std::int32_t end, const double* b, double* Z, double* M,
                                   double* y) const {
  using tile::load;
  using tile::splat;
  const NormalLayout& layout = *layout_;
  for (std::int32_t e = begin; e < end; ++e) {
    const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
    const auto i = static_cast<std::size_t>(e);
    double three[E];
    gather(b, e, three);
    elimination::solve_lower(L, three);
    for (std::int64_t k = layout.coupling_start[i]; k < layout.coupling_start[i + 1];
         ++k, Z += Coupling::size, M += 4) {
      const double* const f = records_.data() + k * thin::size;
      tile::fetch_ahead<false>(f + couplings_ahead * thin::size, thin::size);
      double A[2 * E];
      thin::times_inverse(f + thin::rest + thin::landmark, L, A);
      thin::complement(A, M);
      const tile::Raw f0 = load(f), f1 = load(f + 8);
      for (int c = 0; c < E; ++c) tile::store(Z + c * 8, f0 * splat(A[c]) + f1 * splat(A[E + c]));
      if constexpr (F > tile::lanes) {
        const double* const ninth = f + thin::rest + thin::ninth;
        for (int c = 0; c < E; ++c) Z[Coupling::index(tile::lanes, c)] = ninth[0] * A[c] + ninth[1] * A[E + c];
      }
      elimination::add_product<Coupling, F>(
          Z, three, y + std::int64_t{layout.coupling_tile[static_cast<std::size_t>(k)]} * vector_size);
    }
  }
}

/// The tiles' own part of one stretch: −Σ fᵀMf, to be subtracted from the rest of U.
template <int F>
void TiledEquations<F>::add_diagonal_run(const ProductSchedule::Pair* pair, const ProductSchedule::Pair* end,
                                         const double* records, const double* M, double* S) const {
  thin::subtract_squares<Square, F>(S, [&](const double*& f, const double*& m) {
    if (pair == end) return false;
    f = records + std::int64_t{pair->a} * thin::size;
    m = M + std::int64_t{pair->a} * 4;
    ++pair;
    return true;
  });
}

/// Diagonal tiles of Σ fᵀMf, M = I or with what the landmarks take away, one coupling after the other, subtracted from
/// S.
template <int F>
void TiledEquations<F>::subtract_thin_diagonals(int part, bool eliminated, double* S) const {
  const NormalLayout& layout = *layout_;
  const auto p = static_cast<std::size_t>(part);
  for (std::int32_t e = layout.part_landmark[p]; e < layout.part_landmark[p + 1]; ++e) {
    const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
    for (std::int64_t k = layout.coupling_start[static_cast<std::size_t>(e)];
         k < layout.coupling_start[static_cast<std::size_t>(e) + 1]; ++k) {
      const double* const record = records_.data() + k * thin::size;
      double A[2 * E], M[3] = {1.0, 0.0, 1.0};
      if (eliminated) {
        thin::times_inverse(record + thin::rest + thin::landmark, L, A);
        thin::complement(A, M);
      }
      bool more = true;
      thin::subtract_squares<Square, F>(
          S + std::int64_t{layout.coupling_tile[static_cast<std::size_t>(k)]} * Square::size,
          [&](const double*& f, const double*& m) {
            f = record;
            m = M;
            return std::exchange(more, false);
          });
    }
  }
}

/// y += Σ fᵀ(f x + e three) over the landmark's couplings; without x, y += W three.
template <int F>
template <bool with_x>
void TiledEquations<F>::add_thin_couplings(std::int32_t e, const double* three, const double* x, double* y) const {
  using tile::load;
  using tile::splat;
  const auto i = static_cast<std::size_t>(e);
  for (std::int64_t k = layout_->coupling_start[i]; k < layout_->coupling_start[i + 1]; ++k) {
    const double* const f = records_.data() + k * thin::size;
    const double* const rest = f + thin::rest;
    const std::int64_t at = std::int64_t{layout_->coupling_tile[static_cast<std::size_t>(k)]} * vector_size;
    const tile::Raw f0 = load(f), f1 = load(f + 8);
    double t[2];
    for (int r = 0; r < 2; ++r) {
      const double* const row = rest + thin::landmark + r * E;
      t[r] = row[0] * three[0] + row[1] * three[1] + row[2] * three[2];
    }
    if constexpr (with_x) {
      t[0] += tile::sum(f0 * load(x + at));
      t[1] += tile::sum(f1 * load(x + at));
      if constexpr (F > tile::lanes)
        for (int r = 0; r < 2; ++r) t[r] += rest[thin::ninth + r] * x[at + tile::lanes];
    }
    tile::store(y + at, load(y + at) + f0 * splat(t[0]) + f1 * splat(t[1]));
    if constexpr (F > tile::lanes) y[at + tile::lanes] += rest[thin::ninth] * t[0] + rest[thin::ninth + 1] * t[1];
  }
}

/// Wᵀx of the landmark, x a padded tile vector.
template <int F>
void TiledEquations<F>::thin_transposed_product(std::int32_t e, const double* x, double* three) const {
  using tile::load;
  using tile::splat;
  const auto i = static_cast<std::size_t>(e);
  tile::Raw body[E] = {};
  double last[E] = {};
  for (std::int64_t k = layout_->coupling_start[i]; k < layout_->coupling_start[i + 1]; ++k) {
    const double* const f = records_.data() + k * thin::size;
    const double* const rest = f + thin::rest;
    tile::fetch_ahead<false>(f + couplings_ahead * thin::size, thin::size);
    const double* const from = x + std::int64_t{layout_->coupling_tile[static_cast<std::size_t>(k)]} * vector_size;
    const tile::Raw v = load(from), t0 = load(f) * v, t1 = load(f + 8) * v;
    for (int c = 0; c < E; ++c) {
      body[c] += t0 * splat(rest[thin::landmark + c]);
      body[c] += t1 * splat(rest[thin::landmark + E + c]);
    }
    if constexpr (F > tile::lanes) {
      const double n0 = rest[thin::ninth] * from[tile::lanes], n1 = rest[thin::ninth + 1] * from[tile::lanes];
      for (int c = 0; c < E; ++c) last[c] += rest[thin::landmark + c] * n0 + rest[thin::landmark + E + c] * n1;
    }
  }
  for (int c = 0; c < E; ++c) three[c] = tile::sum(body[c]) + last[c];
}

}  // namespace thalweg
