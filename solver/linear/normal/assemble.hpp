// Assembly: eight residuals side by side become blocks of U, W, V and g, one after the other.
#pragma once

#include <algorithm>
#include <utility>

#include <linear/normal/tiled_equations.hpp>

namespace thalweg {
namespace assembly {

template <class Body, int... I>
[[gnu::always_inline]] inline void unrolled(Body&& body, std::integer_sequence<int, I...>) {
  (body(std::integral_constant<int, I>{}), ...);
}
template <int N, class Body>
[[gnu::always_inline]] inline void unrolled(Body&& body) {
  unrolled(body, std::make_integer_sequence<int, N>{});
}

/// The columns of eight residuals that a product takes: those of one tile, of the landmark, and r itself. R components
/// each, 0: as many as `rows` says.
template <int F, int E, int R>
struct Columns {
  static constexpr int held = R == 0 ? 1 : R;
  tile::Raw column[F + E + 1][held];
  const double* const* jacobian;
  const double* const* residual;
  std::int64_t item;
  int stride, rows, kept, kept_width, landmark, landmark_width;

  Columns(const ResidualStrip& s, int local_columns, int row_count)
      : jacobian(s.jacobian), residual(s.residual), item(0), stride(local_columns), rows(R == 0 ? row_count : R) {}

  [[gnu::always_inline]] tile::Raw fetch(int k, int c) const {
    if (c == F + E) return tile::load(residual[k] + item);
    const bool is_kept = c < F;
    const int within = is_kept ? c : c - F;
    if (within >= (is_kept ? kept_width : landmark_width)) return tile::Raw{};
    return tile::load(jacobian[k * stride + (is_kept ? kept : landmark) + within] + item);
  }
  [[gnu::always_inline]] void fill(int from, int to) {
    if constexpr (R > 0)
      for (int c = from; c < to; ++c)
        for (int k = 0; k < R; ++k) column[c][k] = fetch(k, c);
  }
  /// Σ over the components of column a times column b.
  [[gnu::always_inline]] tile::Raw dot(int a, int b) const {
    if constexpr (R > 0) {
      tile::Raw s = column[a][0] * column[b][0];
      for (int k = 1; k < R; ++k) s += column[a][k] * column[b][k];
      return s;
    } else {
      tile::Raw s{};
      for (int k = 0; k < rows; ++k) s += fetch(k, a) * fetch(k, b);
      return s;
    }
  }
};

/// The pair (i, j), i >= j, of the n-th entry of a lower triangle of order N by columns.
template <int N>
constexpr std::pair<int, int> triangle(int n) {
  int j = 0;
  while (n >= N - j) n -= N - j++;
  return {j + n, j};
}

}  // namespace assembly

/// One or no landmark and any number of pieces an item.
template <int F>
template <int R>
void TiledEquations<F>::add_strip(int part, const NormalLayout::Group& group, const ResidualStrip& strip) {
  using namespace assembly;
  using tile::Raw;
  double* const sums = kept_sums(part);
  const int pieces = static_cast<int>(group.pieces.size());
  const bool coupled = group.landmark_column >= 0, once = layout_->couplings_once;
  Columns<F, E, R> c(strip, group.columns, group.dimension);
  c.landmark = group.landmark_column;
  c.landmark_width = group.landmark_columns;

  for (std::int64_t i = strip.begin; i < strip.end; i += tile::lanes) {
    const int n = static_cast<int>(std::min<std::int64_t>(tile::lanes, strip.end - i));
    c.item = i - strip.begin;
    c.fill(F + E, F + E + 1);
    if (coupled) c.fill(F, F + E);
    for (int p = 0; p < pieces; ++p) {
      c.kept = group.pieces[static_cast<std::size_t>(p)].column;
      c.kept_width = group.pieces[static_cast<std::size_t>(p)].width;
      c.fill(0, F);
      const std::int32_t* const tile = group.tile.data() + i * pieces + p;
      unrolled<kept_size / 8>([&](auto q) {
        Raw v[8];
        unrolled<8>([&](auto l) {
          constexpr int k = q * 8 + l;
          if constexpr (k < lower) v[l] = c.dot(triangle<F>(k).first, triangle<F>(k).second);
          else if constexpr (k < lower + F) v[l] = c.dot(k - lower, F + E);
          else v[l] = Raw{};
        });
        tile::transpose(v);
        for (int l = 0; l < n; ++l) {
          if (tile[l * pieces] < 0) continue;
          double* const to = sums + std::int64_t{tile[l * pieces]} * kept_size + q * 8;
          tile::store(to, tile::load(to) + v[l]);
        }
      });
      if (!coupled) continue;
      const std::int64_t* const coupling = group.coupling.data() + i * pieces + p;
      unrolled<Coupling::size / 8>([&](auto q) {
        Raw v[8];
        for (int l = 0; l < 8; ++l) v[l] = Raw{};
        unrolled<F * E>([&](auto k) {
          constexpr int row = k % F, col = k / F, index = Coupling::index(row, col);
          if constexpr (index / 8 == q) v[index % 8] = c.dot(row, F + col);
        });
        tile::transpose(v);
        for (int l = 0; l < n; ++l) {
          if (coupling[l * pieces] < 0) continue;
          double* const to = W_.data() + coupling[l * pieces] * Coupling::size + q * 8;
          tile::store(to, once ? v[l] : tile::load(to) + v[l]);
        }
      });
    }
    if (!coupled) continue;
    // V and the landmark's gradient: nine numbers, eight of them in one vector.
    Raw v[8];
    unrolled<6>([&](auto k) { v[k] = c.dot(F + triangle<E>(k).first, F + triangle<E>(k).second); });
    unrolled<2>([&](auto k) { v[6 + k] = c.dot(F + k, F + E); });
    const Raw last = c.dot(F + 2, F + E);
    tile::transpose(v);
    for (int l = 0; l < n; ++l) {
      const std::int32_t e = group.landmark[static_cast<std::size_t>(i + l)];
      if (e < 0) continue;
      double* const to = landmarks_.data() + std::int64_t{e} * landmark_size;
      tile::store(to, tile::load(to) + v[l]);
      to[8] += last[l];
    }
  }
  if (pieces > 1) add_pairs(part, group, strip);
}

/// Blocks of U between two pieces of an item.
template <int F>
void TiledEquations<F>::add_pairs(int part, const NormalLayout::Group& group, const ResidualStrip& strip) {
  double* const diagonal = kept_sums(part);
  double* const off = diagonal + std::int64_t{layout_->tiles} * kept_size;
  const std::size_t pieces = group.pieces.size(), pairs = pieces * (pieces - 1) / 2;
  for (std::int64_t i = strip.begin; i < strip.end; ++i) {
    const std::int32_t* const tile = group.tile.data() + i * static_cast<std::int64_t>(pieces);
    std::size_t pair = static_cast<std::size_t>(i) * pairs;
    for (std::size_t a = 1; a < pieces; ++a)
      for (std::size_t b = 0; b < a; ++b, ++pair) {
        if (tile[a] < 0 || tile[b] < 0) continue;
        // Rows belong to the larger tile; of one tile twice both orders count, and its lower triangle takes them.
        const bool same = tile[a] == tile[b];
        const auto& row = group.pieces[tile[a] >= tile[b] ? a : b];
        const auto& col = group.pieces[tile[a] >= tile[b] ? b : a];
        for (int y = 0; y < row.width; ++y)
          for (int x = 0; x < col.width; ++x) {
            double s = 0.0;
            for (int k = 0; k < group.dimension; ++k)
              s += strip.jacobian[k * group.columns + row.column + y][i - strip.begin] *
                   strip.jacobian[k * group.columns + col.column + x][i - strip.begin];
            if (!same) {
              off[group.off[pair] * Square::size + Square::index(y, x)] += s;
            } else {
              const int high = std::max(x, y), low = std::min(x, y);
              diagonal[std::int64_t{tile[a]} * kept_size + low * F - low * (low - 1) / 2 + high - low] +=
                  x == y ? 2.0 * s : s;
            }
          }
      }
  }
}

template <int F>
void TiledEquations<F>::add(int part, std::size_t g, const ResidualStrip& strip) {
  const NormalLayout::Group& group = layout_->groups[g];
  switch (group.dimension) {
    case 1: return add_strip<1>(part, group, strip);
    case 2: return add_strip<2>(part, group, strip);
    case 3: return add_strip<3>(part, group, strip);
    default: return add_strip<0>(part, group, strip);
  }
}

}  // namespace thalweg
