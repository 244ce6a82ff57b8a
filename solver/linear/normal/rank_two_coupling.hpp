// Couplings of one residual with at most two rows, as in bundle adjustment: kept as its rows of J, in place of W and U.
//
// With R rows f (of the tile) and e (of the landmark) W = fᵀe has rank R < 3, and U has one contribution fᵀf a
// coupling. So f and e say as much as both, in 3 cache lines a coupling, or 1½ in single precision. With A = e L⁻ᵀ, a 2
// × 3 matrix, the reduced system loses fₐᵀ(Aₐ A_bᵀ) f_b for each pair of couplings; its diagonal blocks gain fᵀ(I −
// AAᵀ)f in place of U's fᵀf.
#pragma once

#include <utility>

#include <linear/normal/assemble.hpp>
#include <linear/normal/eliminate.hpp>

namespace thalweg::inline v0_1 {

namespace rank_two {
inline constexpr int rest = 16;     ///< in a record, after the first eight columns of both rows of f
inline constexpr int ninth = 0;     ///< of the rest: column 8 of f, of both rows
inline constexpr int landmark = 2;  ///< of the rest: e, column after column

/// Both rows of one column.
using Two = Lanes<2>::Real;
[[gnu::always_inline]] inline Two load_two(const double* p) {
  Two r;
  std::memcpy(&r, p, sizeof r);
  return r;
}
[[gnu::always_inline]] inline void store_two(double* p, const Two& r) { std::memcpy(p, &r, sizeof r); }

/// A = e L⁻ᵀ, column after column.
[[gnu::always_inline]] inline void times_inverse(const double* e, const double* L, Two* A) {
  A[0] = load_two(e) * L[0];
  A[1] = (load_two(e + 2) - A[0] * L[1]) * L[3];
  A[2] = (load_two(e + 4) - A[0] * L[2] - A[1] * L[4]) * L[5];
}
/// M = I − AAᵀ: its (0, 0), (1, 1) and (1, 0).
[[gnu::always_inline]] inline void complement(const Two* A, double* M) {
  store_two(M, 1.0 - A[0] * A[0] - A[1] * A[1] - A[2] * A[2]);
  M[2] = -(A[0][0] * A[0][1] + A[1][0] * A[1][1] + A[2][0] * A[2][1]);
}

/// What a coupling has while its landmark is eliminated: both rows of A, each with a hole; M, a hole, and A L⁻¹b; the
/// record.
inline constexpr int complement_at = 8, right_at = 12, record_at = 16;

/// C = Aₐ A_bᵀ in lanes 0 (0, 0), 1 (0, 1), 5 (1, 0) and 4 (1, 1).
[[gnu::always_inline]] inline tile::Raw inner_products(const double* a, const double* b) {
  const tile::Raw x = tile::load(a), y = tile::load(b), same = x * y, other = x * shuffle<4, 5, 6, 7, 0, 1, 2, 3>(y, y);
  const tile::Raw sums =
      shuffle<0, 8, 2, 10, 4, 12, 6, 14>(same, other) + shuffle<1, 9, 3, 11, 5, 13, 7, 15>(same, other);
  return sums + shuffle<2, 3, 0, 1, 6, 7, 4, 5>(sums, sums);
}
template <int lane>
[[gnu::always_inline]] inline tile::Raw splat_of(const tile::Raw& v) {
  return shuffle<lane, lane, lane, lane, lane, lane, lane, lane>(v, v);
}

/// S += Σ fₐᵀ(Aₐ A_bᵀ) f_b over the pairs, F × F, summed in registers; S = if they are its first. `halves`: what each
/// coupling has while its landmark is eliminated.
template <class Square, int F>
[[gnu::always_inline]] inline void add_products(const ProductSchedule::Pair* pair, const ProductSchedule::Pair* end,
                                                const double* halves, bool first, double* S) {
  using tile::load;
  using tile::splat;
  constexpr bool by_rows = Square::rest_by_rows;
  tile::Raw s[F];
  for (int j = 0; j < F; ++j) s[j] = first ? tile::Raw{} : load(S + j * tile::lanes);
  tile::Raw row = by_rows && !first ? load(S + Square::body) : tile::Raw{};
  Two corner = {by_rows && !first ? S[Square::body + tile::lanes] : 0.0, 0.0};
  for (; pair != end; ++pair) {
    const double *const a = halves + std::int64_t{pair->a} * half, *const b = halves + std::int64_t{pair->b} * half;
    const double *const f = a + record_at, *const h = b + record_at;
    const tile::Raw C = inner_products(a, b);
    const tile::Raw f0 = load(f), f1 = load(f + 8);
    const tile::Raw g0 = f0 * splat_of<0>(C) + f1 * splat_of<5>(C), g1 = f0 * splat_of<1>(C) + f1 * splat_of<4>(C);
    const double* const n = h + rest + ninth;
    for (int j = 0; j < F; ++j) s[j] += g0 * splat(j < 8 ? h[j] : n[0]);
    for (int j = 0; j < F; ++j) s[j] += g1 * splat(j < 8 ? h[8 + j] : n[1]);
    if constexpr (by_rows) {
      const double* const m = f + rest + ninth;
      const Two g = Two{C[0], C[1]} * m[0] + Two{C[5], C[4]} * m[1];
      row += load(h) * splat(g[0]);
      row += load(h + 8) * splat(g[1]);
      corner += g * load_two(n);
    }
  }
  for (int j = 0; j < F; ++j) tile::store(S + j * tile::lanes, s[j]);
  if constexpr (by_rows) {
    tile::store(S + Square::body, row);
    S[Square::body + tile::lanes] = corner[0] + corner[1];
  }
}

/// S −= fᵀMf (S = if `first`), and with y also y += fᵀt, summed in registers over the couplings from which `next` makes
/// records and M until it has no more; t stands where it does behind an M of `halves`.
template <class Square, int F, bool with_y, class Next>
[[gnu::always_inline]] inline void subtract_squares(bool first, double* S, double* y, Next next) {
  using tile::load;
  using tile::splat;
  constexpr bool by_rows = Square::rest_by_rows;
  tile::Raw s[F];
  for (int j = 0; j < F; ++j) s[j] = first ? tile::Raw{} : load(S + j * tile::lanes);
  tile::Raw row = by_rows && !first ? load(S + Square::body) : tile::Raw{}, right = with_y ? load(y) : tile::Raw{};
  double corner = by_rows && !first ? S[Square::body + tile::lanes] : 0.0,
         last = with_y && F > 8 ? y[tile::lanes] : 0.0;
  const double *f, *M;
  while (next(f, M)) {
    const tile::Raw f0 = load(f), f1 = load(f + 8);
    const tile::Raw h0 = f0 * splat(M[0]) + f1 * splat(M[2]), h1 = f0 * splat(M[2]) + f1 * splat(M[1]);
    const double* const n = f + rest + ninth;
    for (int j = 0; j < F; ++j) s[j] -= h0 * splat(j < 8 ? f[j] : n[0]);
    for (int j = 0; j < F; ++j) s[j] -= h1 * splat(j < 8 ? f[8 + j] : n[1]);
    if constexpr (by_rows) {
      const double g0 = n[0] * M[0] + n[1] * M[2], g1 = n[0] * M[2] + n[1] * M[1];
      row -= f0 * splat(g0);
      row -= f1 * splat(g1);
      corner -= g0 * n[0] + g1 * n[1];
    }
    if constexpr (with_y) {
      const double* const t = M + (right_at - complement_at);
      right += f0 * splat(t[0]);
      right += f1 * splat(t[1]);
      if constexpr (F > 8) last += n[0] * t[0] + n[1] * t[1];
    }
  }
  for (int j = 0; j < F; ++j) tile::store(S + j * tile::lanes, s[j]);
  if constexpr (by_rows) {
    tile::store(S + Square::body, row);
    S[Square::body + tile::lanes] = corner;
  }
  if constexpr (with_y) {
    tile::store(y, right);
    if constexpr (F > 8) y[tile::lanes] = last;
  }
}

}  // namespace rank_two

/// Assembly: records, V, the gradients, and the squared norms of the tiles' columns.
template <int F, int E>
template <int R>
void TiledEquations<F, E>::add_rank_two(int part, const NormalLayout::Group& group,
                                        const ResidualStrip& strip) requires(E == narrow_landmark) {
  using namespace assembly;
  using tile::Raw;
  static_assert(R <= 2);
  constexpr int first = std::min(F, tile::lanes);
  double* const sums = kept_sums(part);
  Columns<R, F> f;
  Columns<R, E> e, kept;
  Columns<R, 1> r;
  const NormalLayout::Piece& piece = group.pieces[0];
  for (std::int64_t i = strip.begin; i < strip.end; i += tile::lanes) {
    const int n = static_cast<int>(std::min<std::int64_t>(tile::lanes, strip.end - i));
    const std::int64_t at = i - strip.begin;
    r.fill(strip.residual, 1, 0, 1, at);
    e.fill(strip.jacobian, group.columns, group.landmark_column, group.landmark_columns, at);
    f.fill(strip.jacobian, group.columns, piece.column, piece.width, at);
    for (int k = 0; k < R; ++k)
      for (int c = 0; c < E; ++c) tile::store(kept.numbers[k][c], records_.kept(e.lanes(k, c)));
    add_landmarks<R>(group, e, kept, r, i, n, layout_->landmarks_once);
    Raw row[2][tile::lanes] = {}, rest[tile::lanes] = {};
    for (int k = 0; k < R; ++k) {
      for (int c = 0; c < first; ++c) row[k][c] = f.lanes(k, c);
      tile::transpose(row[k]);
      if constexpr (F > tile::lanes) rest[rank_two::ninth + k] = f.lanes(k, tile::lanes);
      for (int c = 0; c < E; ++c) rest[rank_two::landmark + 2 * c + k] = e.lanes(k, c);
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
      records_.template fetch<true>(group.coupling[place] + couplings_ahead);
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
      records_.store(group.coupling[place], row[0][l], row[1][l], rest[l]);
    }
  }
}

/// Halves of the couplings of the landmarks [begin, end).
template <int F, int E>
void TiledEquations<F, E>::halve_rank_two(std::int32_t begin, std::int32_t end, const double* b, double* halves) const
    requires(E == narrow_landmark) {
  using rank_two::Two;
  const NormalLayout& layout = *layout_;
  for (std::int32_t e = begin; e < end; ++e) {
    const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
    const auto i = static_cast<std::size_t>(e);
    double own[E];
    gather(b, e, own);
    elimination::solve_lower<E>(L, own);
    for (std::int64_t k = layout.coupling_start[i]; k < layout.coupling_start[i + 1]; ++k, halves += rank_two::half) {
      records_.template fetch<false>(k + couplings_ahead);
      double* const f = halves + rank_two::record_at;
      records_.load_all(k, f);
      Two A[E];
      rank_two::times_inverse(f + rank_two::rest + rank_two::landmark, L, A);
      rank_two::store_two(halves, Two{A[0][0], A[1][0]});
      rank_two::store_two(halves + 2, Two{A[2][0], 0.0});
      rank_two::store_two(halves + 4, Two{A[0][1], A[1][1]});
      rank_two::store_two(halves + 6, Two{A[2][1], 0.0});
      rank_two::complement(A, halves + rank_two::complement_at);
      rank_two::store_two(halves + rank_two::right_at, A[0] * own[0] + A[1] * own[1] + A[2] * own[2]);
    }
  }
}

/// Adds the products of one stretch to S, and what the right-hand side loses to y.
template <int F, int E>
void TiledEquations<F, E>::add_rank_two_products(const ProductSchedule::Part& part, std::size_t stretch,
                                                 const double* halves, double* S, double* y) const
    requires(E == narrow_landmark) {
  const ProductSchedule::Pair* pair = part.pairs.data() + part.stretches[stretch].pair;
  for (std::int64_t r = part.stretches[stretch].run; r < part.stretches[stretch + 1].run; ++r) {
    const ProductSchedule::Run& run = part.runs[static_cast<std::size_t>(r)];
    double* const block = S + std::int64_t{run.block} * Square::size;
    const ProductSchedule::Pair* const end = pair + run.pairs;
    if (const std::int32_t source = layout_->source[run.block]; source < -1)
      rank_two::subtract_squares<Square, F, true>(
          run.first, block, y + std::int64_t{-2 - source} * vector_size, [&](const double*& f, const double*& M) {
            if (pair == end) return false;
            const double* const own = halves + std::int64_t{pair->a} * rank_two::half;
            f = own + rank_two::record_at;
            M = own + rank_two::complement_at;
            ++pair;
            return true;
          });
    else
      rank_two::add_products<Square, F>(pair, end, halves, run.first, block);
    pair = end;
  }
}

/// Diagonal tiles of Σ fᵀMf, M = I or with what the landmarks take away, one coupling after the other, subtracted from
/// S.
template <int F, int E>
void TiledEquations<F, E>::subtract_rank_two_diagonals(int part, bool eliminated, double* S) const
    requires(E == narrow_landmark) {
  const NormalLayout& layout = *layout_;
  const auto p = static_cast<std::size_t>(part);
  for (std::int32_t e = layout.part_landmark[p]; e < layout.part_landmark[p + 1]; ++e) {
    const double* const L = landmarks_.data() + std::int64_t{e} * landmark_size + landmark_factor;
    for (std::int64_t k = layout.coupling_start[static_cast<std::size_t>(e)];
         k < layout.coupling_start[static_cast<std::size_t>(e) + 1]; ++k) {
      alignas(64) double record[rank_two::size];
      records_.load_all(k, record);
      rank_two::Two A[E];
      double M[3] = {1.0, 1.0, 0.0};
      if (eliminated) {
        rank_two::times_inverse(record + rank_two::rest + rank_two::landmark, L, A);
        rank_two::complement(A, M);
      }
      bool more = true;
      rank_two::subtract_squares<Square, F, false>(
          false, S + std::int64_t{layout.coupling_tile[static_cast<std::size_t>(k)]} * Square::size, nullptr,
          [&](const double*& f, const double*& m) {
            f = record;
            m = M;
            return std::exchange(more, false);
          });
    }
  }
}

/// y += Σ fᵀ(f x + e own) over the landmark's couplings; without x, y += W own.
template <int F, int E>
template <bool with_x>
void TiledEquations<F, E>::add_rank_two_couplings(std::int32_t e, const double* own, const double* x, double* y) const
    requires(E == narrow_landmark) {
  using tile::load;
  using tile::splat;
  const auto i = static_cast<std::size_t>(e);
  for (std::int64_t k = layout_->coupling_start[i]; k < layout_->coupling_start[i + 1]; ++k) {
    alignas(64) double rest[8];
    tile::store(rest, records_.load(k, 2));
    const std::int64_t at = std::int64_t{layout_->coupling_tile[static_cast<std::size_t>(k)]} * vector_size;
    const tile::Raw f0 = records_.load(k, 0), f1 = records_.load(k, 1);
    rank_two::Two t{};
    for (int c = 0; c < E; ++c) t += rank_two::load_two(rest + rank_two::landmark + 2 * c) * own[c];
    if constexpr (with_x) {
      t[0] += tile::sum(f0 * load(x + at));
      t[1] += tile::sum(f1 * load(x + at));
      if constexpr (F > tile::lanes)
        for (int r = 0; r < 2; ++r) t[r] += rest[rank_two::ninth + r] * x[at + tile::lanes];
    }
    tile::store(y + at, load(y + at) + f0 * splat(t[0]) + f1 * splat(t[1]));
    if constexpr (F > tile::lanes)
      y[at + tile::lanes] += rest[rank_two::ninth] * t[0] + rest[rank_two::ninth + 1] * t[1];
  }
}

/// Wᵀx of the landmark, x a padded tile vector.
template <int F, int E>
void TiledEquations<F, E>::rank_two_transposed_product(std::int32_t e, const double* x, double* own) const
    requires(E == narrow_landmark) {
  using tile::load;
  using tile::splat;
  const auto i = static_cast<std::size_t>(e);
  tile::Raw body[E] = {};
  double last[E] = {};
  for (std::int64_t k = layout_->coupling_start[i]; k < layout_->coupling_start[i + 1]; ++k) {
    records_.template fetch<false>(k + couplings_ahead);
    alignas(64) double rest[8];
    tile::store(rest, records_.load(k, 2));
    const double* const from = x + std::int64_t{layout_->coupling_tile[static_cast<std::size_t>(k)]} * vector_size;
    const tile::Raw v = load(from), t0 = records_.load(k, 0) * v, t1 = records_.load(k, 1) * v;
    for (int c = 0; c < E; ++c) {
      body[c] += t0 * splat(rest[rank_two::landmark + 2 * c]);
      body[c] += t1 * splat(rest[rank_two::landmark + 2 * c + 1]);
    }
    if constexpr (F > tile::lanes) {
      const double n0 = rest[rank_two::ninth] * from[tile::lanes], n1 = rest[rank_two::ninth + 1] * from[tile::lanes];
      for (int c = 0; c < E; ++c)
        last[c] += rest[rank_two::landmark + 2 * c] * n0 + rest[rank_two::landmark + 2 * c + 1] * n1;
    }
  }
  for (int c = 0; c < E; ++c) own[c] = tile::sum(body[c]) + last[c];
}

}  // namespace thalweg::inline v0_1
