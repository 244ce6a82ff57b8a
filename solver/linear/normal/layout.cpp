#include <linear/normal/layout.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::array<int, 4> tile_widths = {3, 6, 7, 9};
constexpr int least_beside_wide =
    6;  // tiles of landmarks of more than 3 columns: kernels for narrower ones are not made
// A reduced matrix with at least this part of its blocks is stored and factored as a dense one.
constexpr double dense_fill = 0.4;
constexpr std::int64_t largest_dense = 4000;  // columns: 128 MB
constexpr int most_parts = 8;
constexpr long items_between_polls = 100000;  // some milliseconds
constexpr std::int64_t items_worth_a_part = 1000;
constexpr std::int64_t landmarks_of_a_task = 16384;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

int tiles_of(int dimension, int width) { return (dimension + width - 1) / width; }

/// Two tiles of one landmark or one item, the larger number first.
std::uint64_t key(std::int32_t a, std::int32_t b) {
  return static_cast<std::uint64_t>(std::min(a, b)) << 32 | static_cast<std::uint32_t>(std::max(a, b));
}

}  // namespace

int choose_tile_width(std::span<const int> dimensions) {
  int best = tile_widths.back();
  double least = std::numeric_limits<double>::infinity();
  for (const int width : tile_widths) {
    double columns = 0.0;
    for (const int d : dimensions) columns += tiles_of(d, width) * width;
    const double work = columns * (columns + 4.0 * tiles_of(9, width));  // and the overhead of small tiles
    if (work < least) {
      least = work;
      best = width;
    }
  }
  return best;
}

NormalLayout::NormalLayout(const BlockStructure& structure, std::span<const std::int32_t> rank, int threads)
    : columns(structure.columns()) {
  number_blocks(structure, rank);
  sort_couplings(structure, threads);
  CancellationProbe::poll();
  find_off_diagonals(structure);
  CancellationProbe::poll();
  cut_parts();
}

void NormalLayout::number_blocks(const BlockStructure& s, std::span<const std::int32_t> rank) {
  std::vector<int> kept;
  for (std::int64_t b = 0; b < s.blocks(); ++b)
    rank[at(b)] < 0 ? kept.push_back(s.dimension[at(b)]) : static_cast<void>(++landmarks);
  for (std::int64_t b = 0; b < s.blocks(); ++b)
    if (rank[at(b)] >= 0 && s.dimension[at(b)] > narrow_landmark) landmark_width = widest_landmark;
  width = choose_tile_width(kept);
  if (landmark_width > narrow_landmark) width = std::max(width, least_beside_wide);
  first_tile_.assign(at(s.blocks()), -1);
  landmark_of_.assign(rank.begin(), rank.end());
  landmark_column.assign(at(landmarks) * at(landmark_width), -1);
  for (std::int64_t b = 0; b < s.blocks(); ++b) {
    const int d = s.dimension[at(b)];
    if (rank[at(b)] >= 0) {
      if (d > landmark_width)
        throw Error(fmt::format("a block of {} columns cannot be eliminated; expected at most {}", d, widest_landmark));
      for (int c = 0; c < d; ++c) landmark_column[at(rank[at(b)]) * at(landmark_width) + at(c)] = s.first[at(b)] + c;
      continue;
    }
    first_tile_[at(b)] = tiles;
    tiles += tiles_of(d, width);
    for (int c = 0; c < tiles_of(d, width) * width; ++c) tile_column.push_back(c < d ? s.first[at(b)] + c : -1);
  }
}

/// The couplings of each landmark, and where the items of each group add to them.
void NormalLayout::sort_couplings(const BlockStructure& s, int threads) {
  std::vector<std::int64_t> count(at(landmarks) + 1);
  int coupled_groups = 0;
  for (const ResidualPattern& pattern : s.groups) {
    CancellationProbe::poll();
    Group& group = groups.emplace_back();
    group.items = pattern.items;
    group.dimension = pattern.dimension;
    group.columns = pattern.columns();
    struct Source {
      const ResidualPattern::Slot* slot;
      int tile;
    };
    std::vector<Source> sources;
    int column = 0;
    for (const ResidualPattern::Slot& slot : pattern.slots) {
      const auto moving = std::find_if(slot.block.begin(), slot.block.end(), [](std::int32_t b) { return b >= 0; });
      const bool any = moving != slot.block.end();
      if (any && landmark_of_[at(*moving)] >= 0) {
        group.landmark_column = column;
        landmarks_once = coupled_groups++ == 0;
        group.landmark_columns = slot.dimension;
        group.landmark.resize(slot.block.size());
        std::transform(slot.block.begin(), slot.block.end(), group.landmark.begin(),
                       [&](std::int32_t b) { return b < 0 ? -1 : landmark_of_[at(b)]; });
      } else if (any) {
        for (int t = 0; t < tiles_of(slot.dimension, width); ++t) {
          group.pieces.push_back({column + t * width, std::min(width, slot.dimension - t * width)});
          sources.push_back({&slot, t});
        }
      }
      column += slot.dimension;
    }
    const std::size_t pieces = sources.size();
    group.tile.resize(at(pattern.items) * pieces);
    for (std::size_t p = 0; p < pieces; ++p)
      for (std::size_t i = 0; i < at(pattern.items); ++i) {
        const std::int32_t b = sources[p].slot->block[i];
        group.tile[i * pieces + p] = b < 0 ? -1 : first_tile_[at(b)] + sources[p].tile;
      }
    group.coupling.assign(group.tile.size(), -1);
    for (std::size_t i = 0; i < group.landmark.size(); ++i)
      for (std::size_t p = 0; p < pieces && group.landmark[i] >= 0; ++p)
        if (group.tile[i * pieces + p] >= 0) ++count[at(group.landmark[i]) + 1];
  }
  // Contributions, sorted into landmarks; then by tile, the same tile once.
  std::partial_sum(count.begin(), count.end(), count.begin());
  struct Contribution {
    std::int32_t tile;
    std::uint32_t group;
    std::int64_t place;
  };
  LargeVector<Contribution> all(at(count.back()));
  std::vector<std::int64_t> next(count.begin(), count.end() - 1);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Group& group = groups[g];
    const std::size_t pieces = group.pieces.size();
    for (std::size_t i = 0; i < group.landmark.size(); ++i)
      for (std::size_t p = 0; p < pieces && group.landmark[i] >= 0; ++p)
        if (const std::size_t k = i * pieces + p; group.tile[k] >= 0)
          all[at(next[at(group.landmark[i])]++)] = {group.tile[k], static_cast<std::uint32_t>(g),
                                                    static_cast<std::int64_t>(k)};
  }
  const auto own = [&](std::int64_t e) {
    return std::span(all).subspan(at(count[at(e)]), at(count[at(e) + 1] - count[at(e)]));
  };
  const auto same_tile = [](const Contribution& a, const Contribution& b) { return a.tile == b.tile; };
  coupling_start.resize(at(landmarks) + 1);
  parallel_chunks(landmarks, landmarks_of_a_task, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
    const auto by_tile = [](const Contribution& a, const Contribution& b) { return a.tile < b.tile; };
    for (std::int64_t e = begin; e < end; ++e) {
      const auto of_landmark = own(e);
      if (!std::is_sorted(of_landmark.begin(), of_landmark.end(), by_tile))
        std::stable_sort(of_landmark.begin(), of_landmark.end(), by_tile);
      coupling_start[at(e) + 1] = static_cast<std::int64_t>(of_landmark.size());
      for (std::size_t i = 1; i < of_landmark.size(); ++i)
        coupling_start[at(e) + 1] -= same_tile(of_landmark[i - 1], of_landmark[i]);
    }
  });
  std::partial_sum(coupling_start.begin(), coupling_start.end(), coupling_start.begin());
  couplings_once = couplings() == count.back();
  coupling_tile.resize(at(couplings()));
  parallel_chunks(landmarks, landmarks_of_a_task, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
    for (std::int64_t e = begin; e < end; ++e) {
      std::int64_t k = coupling_start[at(e)] - 1;
      std::int32_t last = -1;
      for (const Contribution& c : own(e)) {
        if (c.tile != last) coupling_tile[at(++k)] = last = c.tile;
        groups[c.group].coupling[at(c.place)] = k;
      }
    }
  });
}

bool NormalLayout::rank_two() const {
  return couplings_once && landmarks > 0 && std::all_of(groups.begin(), groups.end(), [](const Group& group) {
           return group.landmark_column < 0 || group.pieces.empty() ||
                  (group.pieces.size() == 1 && group.dimension <= 2);
         });
}

/// Off-diagonal blocks of U: two tiles of one item.
void NormalLayout::find_off_diagonals(const BlockStructure&) {
  std::vector<std::uint64_t> keys;
  const auto for_pairs = [](const Group& group, const auto& visit) {
    const std::size_t pieces = group.pieces.size();
    for (std::size_t i = 0; pieces > 1 && i < group.tile.size() / pieces; ++i)
      for (std::size_t a = 1; a < pieces; ++a)
        for (std::size_t b = 0; b < a; ++b) visit(group.tile[i * pieces + a], group.tile[i * pieces + b]);
  };
  for (const Group& group : groups)
    for_pairs(group, [&](std::int32_t a, std::int32_t b) {
      if (a >= 0 && b >= 0 && a != b) keys.push_back(key(a, b));
    });
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const std::uint64_t k : keys) {
    off_column.push_back(static_cast<std::int32_t>(k >> 32));
    off_row.push_back(static_cast<std::int32_t>(k & 0xffffffffu));
  }
  for (Group& group : groups)
    for_pairs(group, [&](std::int32_t a, std::int32_t b) {
      const bool there = a >= 0 && b >= 0 && a != b;
      group.off.push_back(there ? std::lower_bound(keys.begin(), keys.end(), key(a, b)) - keys.begin() : -1);
    });
}

double NormalLayout::pairs() const {
  double n = 0.0;
  for (std::int32_t e = 0; e < landmarks; ++e) {
    const auto k = static_cast<double>(coupling_start[at(e) + 1] - coupling_start[at(e)]);
    n += 0.5 * k * (k + 1.0);
  }
  return n;
}

/// Consecutive landmarks of about equal work; items go with their landmark, those without one are dealt out evenly.
void NormalLayout::cut_parts() {
  std::int64_t items = 0;
  for (const Group& group : groups) items += group.items;
  // At least 1: without tiles nothing is summed up, nor anything coupled.
  const double reduced_size = std::max(0.5 * tiles * (tiles + 1.0) * width * width, 1.0);
  const double sums = landmarks > 0 ? reduced_size : static_cast<double>(off_row.size() + 1) * width * width;
  const double coupled = landmarks > 0 ? static_cast<double>(couplings()) * width * landmark_width
                                       : static_cast<double>(items) * width * width;
  parts = static_cast<int>(std::clamp(coupled / (4.0 * sums), 2.0, double{most_parts}));
  parts = static_cast<int>(std::min<std::int64_t>(parts, 1 + items / items_worth_a_part));

  const auto work = [&](std::int32_t e) {
    const auto k = static_cast<double>(coupling_start[at(e) + 1] - coupling_start[at(e)]);
    return 4.0 + k * (4.0 + k);
  };
  double total = 0.0;
  for (std::int32_t e = 0; e < landmarks; ++e) total += work(e);
  part_landmark.assign(1, 0);
  double done = 0.0;
  for (std::int32_t e = 0; e < landmarks; ++e) {
    if (done >= total * static_cast<double>(part_landmark.size()) / parts) part_landmark.push_back(e);
    done += work(e);
  }
  part_landmark.resize(at(parts) + 1, landmarks);
  part_landmark.back() = landmarks;

  for (Group& group : groups) {
    const bool in_order =
        std::is_sorted(group.landmark.begin(), group.landmark.end(), [](std::int32_t a, std::int32_t b) {
          return static_cast<std::uint32_t>(a) < static_cast<std::uint32_t>(b);  // −1 behind all
        });
    if (!in_order) throw Error("the items of a residual group are not in the order of their eliminated blocks");
    const auto moving = std::find(group.landmark.begin(), group.landmark.end(), -1) - group.landmark.begin();
    for (int p = 0; p <= parts; ++p) {
      if (group.landmark_column < 0)
        group.part_begin.push_back(group.items * p / parts);
      else
        group.part_begin.push_back(
            p == parts
                ? group.items
                : std::lower_bound(group.landmark.begin(), group.landmark.begin() + moving, part_landmark[at(p)]) -
                      group.landmark.begin());
    }
  }
}

void NormalLayout::reduce(int threads) {
  if (!products.parts.empty()) return;
  for (std::int32_t e = 0; e < landmarks; ++e)
    if (coupling_start[at(e) + 1] - coupling_start[at(e)] > ProductSchedule::most_couplings)
      throw Error("an eliminated block meets more than 65536 others; expected linear solver implicit-schur");
  reduced = {};
  source.clear();
  reduced.dimension.assign(at(tiles), width);
  bool dense = static_cast<std::int64_t>(tiles) * width <= largest_dense;
  if (dense) {
    std::vector<char> there(at(tiles) * at(tiles));
    std::int64_t blocks = tiles;
    const auto meet = [&](std::int32_t row, std::int32_t column) {
      char& mark = there[at(column) * at(tiles) + at(row)];
      blocks += !mark;
      mark = 1;
    };
    PollEvery poll(items_between_polls);
    for (std::int32_t e = 0; e < landmarks; ++e)
      for (std::int64_t a = coupling_start[at(e)]; a < coupling_start[at(e) + 1]; ++a) {
        poll(1 + static_cast<long>(a - coupling_start[at(e)]));
        for (std::int64_t b = coupling_start[at(e)]; b < a; ++b) meet(coupling_tile[at(a)], coupling_tile[at(b)]);
      }
    for (std::size_t k = 0; k < off_row.size(); ++k) meet(off_row[k], off_column[k]);
    dense = static_cast<double>(blocks) >= dense_fill * 0.5 * tiles * (tiles + 1.0);
  }
  dense ? reduce_densely() : reduce_sparsely(threads);
  const auto schedule = [&](const auto& block) {
    products = schedule_products(
        coupling_start, part_landmark, reduced.blocks(), threads, [&](std::int32_t e, const auto& visit) {
          const std::int32_t* const tile = coupling_tile.data() + coupling_start[at(e)];
          const auto k = static_cast<std::uint32_t>(coupling_start[at(e) + 1] - coupling_start[at(e)]);
          for (std::uint32_t b = 0; b < k; ++b) {
            std::int64_t slot = reduced.column_start[at(tile[b])];
            for (std::uint32_t a = b; a < k; ++a)
              visit(a, b, static_cast<std::uint32_t>(slot = block(tile[a], tile[b], slot)));
          }
        });
  };
  if (dense)
    return schedule([&](std::int32_t row, std::int32_t column, std::int64_t) { return dense_slot(row, column); });
  schedule([&](std::int32_t row, std::int32_t column, std::int64_t from) {
    const auto end = reduced.row.begin() + reduced.column_start[at(column) + 1];
    return std::lower_bound(reduced.row.begin() + from, end, row) - reduced.row.begin();
  });
}

void NormalLayout::reduce_densely() {
  reduced_is_dense = true;
  reduced.column_start.assign(1, 0);
  for (std::int32_t c = 0; c < tiles; ++c) {
    for (std::int32_t r = c; r < tiles; ++r) reduced.row.push_back(r);
    reduced.column_start.push_back(static_cast<std::int64_t>(reduced.row.size()));
  }
  source.assign(reduced.row.size(), -1);
  for (std::int32_t c = 0; c < tiles; ++c) source[at(dense_slot(c, c))] = -2 - c;
  for (std::size_t k = 0; k < off_row.size(); ++k)
    source[at(dense_slot(off_row[k], off_column[k]))] = static_cast<std::int32_t>(k);
}

/// Column by column: the tiles that meet tile c at a landmark or in an item, found by a mark for each tile.
void NormalLayout::reduce_sparsely(int threads) {
  std::vector<std::int64_t> begin(at(tiles) + 1);
  for (const std::int32_t t : coupling_tile) ++begin[at(t) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  struct Place {
    std::uint64_t coupling : 47, following : 17;  // how many of its landmark follow: fewer than most_couplings
  };
  LargeVector<Place> places(coupling_tile.size());
  std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
  for (std::int32_t e = 0; e < landmarks; ++e)
    for (std::int64_t k = coupling_start[at(e)]; k < coupling_start[at(e) + 1]; ++k)
      places[at(next[at(coupling_tile[at(k)])]++)] = {at(k), at(coupling_start[at(e) + 1] - k - 1)};

  std::vector<std::vector<std::int32_t>> rows(at(tiles)), marks(at(resolve_threads(threads)));
  constexpr std::int64_t grain = 16;
  parallel_chunks(tiles, grain, threads, [&](std::int64_t, std::int64_t first, std::int64_t last) {
    std::vector<std::int32_t>& mark = marks[at(current_thread())];
    mark.resize(at(tiles), -1);
    for (auto c = static_cast<std::int32_t>(first); c < last; ++c) {
      CancellationProbe::poll();
      const auto meet = [&](std::int32_t r) {
        if (mark[at(r)] == c) return;
        mark[at(r)] = c;
        rows[at(c)].push_back(r);
      };
      meet(c);
      for (std::int64_t p = begin[at(c)]; p < begin[at(c) + 1]; ++p)
        for (std::size_t k = 1; k <= places[at(p)].following; ++k) meet(coupling_tile[places[at(p)].coupling + k]);
      const auto own = std::equal_range(off_column.begin(), off_column.end(), c);
      for (auto o = own.first; o != own.second; ++o) meet(off_row[at(o - off_column.begin())]);
      std::sort(rows[at(c)].begin(), rows[at(c)].end());
    }
  });
  reduced.column_start.assign(1, 0);
  std::size_t off = 0;
  for (std::int32_t c = 0; c < tiles; ++c) {
    for (const std::int32_t r : rows[at(c)]) {
      const bool is_off = off < off_column.size() && off_column[off] == c && off_row[off] == r;
      source.push_back(r == c ? -2 - c : is_off ? static_cast<std::int32_t>(off++) : -1);
      reduced.row.push_back(r);
    }
    reduced.column_start.push_back(static_cast<std::int64_t>(reduced.row.size()));
  }
}

}  // namespace thalweg::inline v0_1
