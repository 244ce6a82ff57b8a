// Assembly: eight residuals side by side become blocks of U, W, V and g, one after the other.
#pragma once

#include <algorithm>

#include <linear/normal/tiled_equations.hpp>

namespace thalweg::inline v0_1 {
namespace assembly {

/// R rows of eight items: numbers[k][c] is column c of row k, a lane an item; columns past `width` are zero.
template <int R, int N>
struct Columns {
  alignas(64) double numbers[R][N][tile::lanes];

  [[gnu::always_inline]] void fill(const double* const* rows, int stride, int first, int width, std::int64_t item) {
    for (int k = 0; k < R; ++k)
      for (int c = 0; c < N; ++c)
        tile::store(numbers[k][c], c < width ? tile::load(rows[k * stride + first + c] + item) : tile::Raw{});
  }
  [[gnu::always_inline]] tile::Raw lanes(int k, int c) const { return tile::load(numbers[k][c]); }
};

/// s + Σ over the rows of a[k] times the scalar b(k).
template <int R, class Scalar>
[[gnu::always_inline]] inline tile::Raw added(tile::Raw s, const tile::Raw (&a)[R], Scalar b) {
  for (int k = 0; k < R; ++k) s += a[k] * tile::splat(b(k));
  return s;
}

}  // namespace assembly

/// V, of the rows that are kept, and the gradient of the landmarks: nine numbers an item, eight of them in one vector.
/// `first`: of what a landmark gets, so that its first item's replaces what is there.
template <int F, int E>
template <int R>
void TiledEquations<F, E>::add_landmarks(const NormalLayout::Group& group, const assembly::Columns<R, E>& e,
                                         const assembly::Columns<R, E>& kept, const assembly::Columns<R, 1>& r,
                                         std::int64_t item, int n, bool first) {
  if constexpr (!narrow) return add_wide_landmarks<R>(group, e, r, item, n, first);
  const auto dot = [&](int a, int b) {
    tile::Raw s{};
    for (int k = 0; k < R; ++k) s += b < E ? kept.lanes(k, a) * kept.lanes(k, b) : e.lanes(k, a) * r.lanes(k, 0);
    return s;
  };
  tile::Raw v[8] = {dot(0, 0), dot(1, 0), dot(2, 0), dot(1, 1), dot(2, 1), dot(2, 2), dot(0, E), dot(1, E)};
  const tile::Raw last = dot(2, E);
  tile::transpose(v);
  // Items of one landmark follow each other: their sum goes to memory once.
  const std::int32_t* const landmark = group.landmark.data() + item;
  tile::Raw sum = v[0];
  double last_sum = last[0];
  bool replace = first && !(item > 0 && landmark[-1] == landmark[0]);
  for (int l = 0; l < n; ++l) {
    if (l + 1 == n || landmark[l + 1] != landmark[l]) {
      if (landmark[l] >= 0) {
        double* const to = landmarks_.data() + std::int64_t{landmark[l]} * landmark_size;
        tile::store(to, replace ? sum : tile::load(to) + sum);
        to[8] = replace ? last_sum : to[8] + last_sum;
      }
      replace = first;
      if (l + 1 == n) break;
      sum = v[l + 1];
      last_sum = last[l + 1];
    } else {
      sum += v[l + 1];
      last_sum += last[l + 1];
    }
  }
}

/// The same of wider ones, in as many vectors as their sums take.
template <int F, int E>
template <int R>
void TiledEquations<F, E>::add_wide_landmarks(const NormalLayout::Group& group, const assembly::Columns<R, E>& e,
                                              const assembly::Columns<R, 1>& r, std::int64_t item, int n, bool first) {
  tile::Raw v[sum_vectors][tile::lanes] = {};
  int at = 0;
  const auto dot = [&](int a, const auto& other, int b) {
    tile::Raw s = e.lanes(0, a) * other.lanes(0, b);
    for (int k = 1; k < R; ++k) s += e.lanes(k, a) * other.lanes(k, b);
    v[at / tile::lanes][at % tile::lanes] = s;
    ++at;
  };
  for (int b = 0; b < E; ++b)
    for (int a = b; a < E; ++a) dot(a, e, b);
  for (int a = 0; a < E; ++a) dot(a, r, 0);
  for (auto& eight : v) tile::transpose(eight);
  const std::int32_t* const landmark = group.landmark.data() + item;
  bool replace = first && !(item > 0 && landmark[-1] == landmark[0]);
  for (int l = 0; l < n; ++l) {
    if (l > 0 && landmark[l] != landmark[l - 1]) replace = first;
    if (landmark[l] < 0) continue;
    double* const to = landmarks_.data() + std::int64_t{landmark[l]} * landmark_size;
    for (int q = 0; q < sum_vectors; ++q) tile::store(to + 8 * q, replace ? v[q][l] : tile::load(to + 8 * q) + v[q][l]);
    replace = false;
  }
}

/// R consecutive rows of each item. `store`: what is computed of W replaces what is there, else it is added.
template <int F, int E>
template <int R>
void TiledEquations<F, E>::add_rows(int part, const NormalLayout::Group& group, const ResidualStrip& strip, int row,
                                    bool store) {
  using namespace assembly;
  using tile::Raw;
  static_assert(Square::rest_by_rows == Coupling::rest_by_rows);
  constexpr int vectors = Square::bodies + (Square::rest > 0 && !Square::rest_by_rows ? 1 : 0);
  constexpr int by_rows = Square::rest_by_rows ? Square::bodies * tile::lanes : F;  // rows from here on go by rows
  double* const sums = kept_sums(part);
  const std::int64_t pieces = static_cast<std::int64_t>(group.pieces.size());
  const bool coupled = group.landmark_column >= 0;
  const double* const* const jacobian = strip.jacobian + std::int64_t{row} * group.columns;
  Columns<R, F> f;
  Columns<R, E> e;
  Columns<R, 1> r;

  for (std::int64_t i = strip.begin; i < strip.end; i += tile::lanes) {
    const int n = static_cast<int>(std::min<std::int64_t>(tile::lanes, strip.end - i));
    const std::int64_t at = i - strip.begin;
    r.fill(strip.residual + row, 1, 0, 1, at);
    if (coupled) {
      e.fill(jacobian, group.columns, group.landmark_column, group.landmark_columns, at);
      add_landmarks<R>(group, e, e, r, i, n, layout_->landmarks_once && row == 0);
    }
    for (std::int64_t p = 0; p < pieces; ++p) {
      const NormalLayout::Piece& piece = group.pieces[static_cast<std::size_t>(p)];
      f.fill(jacobian, group.columns, piece.column, piece.width, at);
      Raw across[vectors][R][tile::lanes];  // of each item, eight columns side by side
      for (int v = 0; v < vectors; ++v)
        for (int k = 0; k < R; ++k) {
          for (int c = 0; c < tile::lanes; ++c) across[v][k][c] = v * 8 + c < F ? f.lanes(k, v * 8 + c) : Raw{};
          tile::transpose(across[v][k]);
        }
      for (int l = 0; l < n; ++l) {
        const std::int64_t place = (i + l) * pieces + p;
        const std::int32_t tile = group.tile[static_cast<std::size_t>(place)];
        if (tile < 0) continue;
        double* const u = sums + std::int64_t{tile} * kept_size;
        double* const g = u + Square::size;
        const std::int64_t coupling = coupled ? group.coupling[static_cast<std::size_t>(place)] : -1;
        double* const w = coupling >= 0 ? W_.data() + coupling * Coupling::size : nullptr;
        if (w) tile::fetch_ahead<true>(w + couplings_ahead * Coupling::size, Coupling::size);
        for (int v = 0; v < vectors; ++v) {
          Raw own[R];
          for (int k = 0; k < R; ++k) own[k] = across[v][k][l];
          for (int j = 0; j < F; ++j) {
            double* const to = u + (j < by_rows ? Square::index(v * 8, j) : Square::index(j, v * 8));
            tile::store(to, added<R>(tile::load(to), own, [&](int k) { return f.numbers[k][j][l]; }));
          }
          tile::store(g + v * 8, added<R>(tile::load(g + v * 8), own, [&](int k) { return r.numbers[k][0][l]; }));
          for (int c = 0; w && c < E; ++c) {
            double* const to = w + Coupling::index(v * 8, c);
            tile::store(to, added<R>(store ? Raw{} : tile::load(to), own, [&](int k) { return e.numbers[k][c][l]; }));
          }
        }
        for (int j = by_rows; j < F; ++j)
          for (int k = 0; k < R; ++k) {
            for (int h = by_rows; h <= j; ++h) u[Square::index(j, h)] += f.numbers[k][j][l] * f.numbers[k][h][l];
            g[j] += f.numbers[k][j][l] * r.numbers[k][0][l];
          }
        for (int c = 0; w && c < E; ++c)
          for (int j = by_rows; j < F; ++j) {
            double value = store ? 0.0 : w[Coupling::index(j, c)];
            for (int k = 0; k < R; ++k) value += f.numbers[k][j][l] * e.numbers[k][c][l];
            w[Coupling::index(j, c)] = value;
          }
      }
    }
  }
}

/// Blocks of U between two pieces of an item, R consecutive rows of each item.
template <int F, int E>
template <int R>
void TiledEquations<F, E>::add_pairs(int part, const NormalLayout::Group& group, const ResidualStrip& strip, int row) {
  using namespace assembly;
  using tile::Raw;
  constexpr int vectors = Square::bodies + (Square::rest > 0 && !Square::rest_by_rows ? 1 : 0);
  constexpr int by_rows = Square::rest_by_rows ? Square::bodies * tile::lanes : F;  // rows from here on go by rows
  double* const diagonal = kept_sums(part);
  double* const off = diagonal + std::int64_t{layout_->tiles} * kept_size;
  const std::size_t pieces = group.pieces.size(), pairs = pieces * (pieces - 1) / 2;
  const double* const* const jacobian = strip.jacobian + std::int64_t{row} * group.columns;
  Columns<R, F> f[2];                      // of the two pieces
  Raw across[2][vectors][R][tile::lanes];  // of each item, eight columns side by side
  for (std::int64_t i = strip.begin; i < strip.end; i += tile::lanes) {
    const int n = static_cast<int>(std::min<std::int64_t>(tile::lanes, strip.end - i));
    std::size_t pair = static_cast<std::size_t>(i) * pairs;
    for (std::size_t a = 1; a < pieces; ++a)
      for (std::size_t b = 0; b < a; ++b, ++pair) {
        for (const std::size_t p : {a, b}) {
          Columns<R, F>& own = f[p == b];
          own.fill(jacobian, group.columns, group.pieces[p].column, group.pieces[p].width, i - strip.begin);
          for (int v = 0; v < vectors; ++v)
            for (int k = 0; k < R; ++k) {
              Raw* const turned = across[p == b][v][k];
              for (int c = 0; c < tile::lanes; ++c) turned[c] = v * 8 + c < F ? own.lanes(k, v * 8 + c) : Raw{};
              tile::transpose(turned);
            }
        }
        for (int l = 0; l < n; ++l) {
          const std::int32_t* const tile = group.tile.data() + (i + l) * static_cast<std::int64_t>(pieces);
          if (tile[a] < 0 || tile[b] < 0) continue;
          if (tile[a] == tile[b]) {
            add_twice<R>(diagonal + std::int64_t{tile[a]} * kept_size, f[0], f[1], l);
            continue;
          }
          // Rows belong to the larger tile.
          const int rows = tile[a] > tile[b] ? 0 : 1, columns = 1 - rows;
          double* const to = off + group.off[pair + static_cast<std::size_t>(l) * pairs] * Square::size;
          for (int v = 0; v < vectors; ++v)
            for (int j = 0; j < F; ++j) {
              double* const at = to + Square::index(v * 8, j);
              Raw sum = tile::load(at);
              for (int k = 0; k < R; ++k) sum += across[rows][v][k][l] * tile::splat(f[columns].numbers[k][j][l]);
              tile::store(at, sum);
            }
          for (int y = by_rows; y < F; ++y)
            for (int j = 0; j < F; ++j)
              for (int k = 0; k < R; ++k)
                to[Square::index(y, j)] += f[rows].numbers[k][y][l] * f[columns].numbers[k][j][l];
        }
      }
  }
}

/// The diagonal block of a tile that an item reads in two pieces: both orders count, and the lower triangle takes them.
template <int F, int E>
template <int R>
void TiledEquations<F, E>::add_twice(double* u, const assembly::Columns<R, F>& a, const assembly::Columns<R, F>& b,
                                     int lane) {
  for (int j = 0; j < F; ++j)
    for (int h = 0; h <= j; ++h)
      for (int k = 0; k < R; ++k)
        u[Square::index(j, h)] +=
            a.numbers[k][j][lane] * b.numbers[k][h][lane] + b.numbers[k][j][lane] * a.numbers[k][h][lane];
}

template <int F, int E>
void TiledEquations<F, E>::add(int part, std::size_t g, const ResidualStrip& strip) {
  const NormalLayout::Group& group = layout_->groups[g];
  if constexpr (narrow)
    if (rank_two_ && group.landmark_column >= 0 && !group.pieces.empty())
      return group.dimension == 1 ? add_rank_two<1>(part, group, strip) : add_rank_two<2>(part, group, strip);
  const auto add_chunk = [&]<int R>(int row) {
    add_rows<R>(part, group, strip, row, layout_->couplings_once && row == 0);
    if (group.pieces.size() > 1) add_pairs<R>(part, group, strip, row);
  };
  for (int row = 0; row < group.dimension; row += 3) {
    switch (std::min(3, group.dimension - row)) {
      case 1:
        add_chunk.template operator()<1>(row);
        break;
      case 2:
        add_chunk.template operator()<2>(row);
        break;
      default:
        add_chunk.template operator()<3>(row);
    }
  }
}

}  // namespace thalweg::inline v0_1
