#include <linear/block_cholesky/plan.hpp>

#include <algorithm>

#include <linear/block_cholesky/amalgamation.hpp>

namespace thalweg::inline v0_1::block_cholesky {

Plan::Plan(const Symbolic& symbolic, const BlockPattern& pattern, int slab_, int threads_) : slab(slab_) {
  place_blocks(symbolic, pattern);
  place_panels(symbolic);
  relate(symbolic);
  cut_subtrees(symbolic, threads_);
  stack_updates(symbolic);
}

void Plan::place_blocks(const Symbolic& L, const BlockPattern& pattern) {
  const std::int32_t supernodes = L.supernodes();
  std::vector<std::int32_t> of_column(L.order.size());
  for (std::int32_t s = 0; s < supernodes; ++s)
    for (std::int32_t j = L.column[s]; j < L.column[s + 1]; ++j) of_column[j] = s;

  // Blocks by supernode, then as in the pattern.
  struct Where {
    std::int32_t row, column;
  };
  std::vector<Where> where(pattern.row.size());
  entry_start.assign(supernodes + 1, 0);
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      where[k] = {L.place[pattern.row[k]], L.place[c]};
      ++entry_start[of_column[std::min(where[k].row, where[k].column)] + 1];
    }
  for (std::int32_t s = 0; s < supernodes; ++s) entry_start[s + 1] += entry_start[s];
  std::vector<std::int64_t> next(entry_start.begin(), entry_start.end() - 1), at(where.size());
  for (std::size_t k = 0; k < where.size(); ++k)
    at[next[of_column[std::min(where[k].row, where[k].column)]]++] = static_cast<std::int64_t>(k);

  entries.resize(where.size());
  block.resize(where.size());
  row_step.resize(where.size());
  column_step.resize(where.size());
  std::vector<std::int64_t> position(L.order.size());  // of a block row among the rows below the supernode
  for (std::int32_t s = 0; s < supernodes; ++s) {
    std::int64_t row = 0;
    for (std::int64_t i = L.row_start[s]; i < L.row_start[s + 1]; ++i) {
      position[L.row[i]] = row;
      row += L.dimension[L.row[i]];
    }
    const std::int64_t begin = L.first[L.column[s]], diagonal_slabs = slabs_of(L.width[s], slab);
    for (std::int64_t e = entry_start[s]; e < entry_start[s + 1]; ++e) {
      const std::int64_t k = at[e];
      const auto [r, c] = where[k];
      const std::int32_t low = std::max(r, c), left = std::min(r, c);
      const bool inside = low < L.column[s + 1];
      const std::int64_t target = inside ? L.first[low] - begin : position[low];
      entries[e] = {values,
                    L.dimension[low],
                    L.dimension[left],
                    static_cast<std::int32_t>(target / slab + (inside ? 0 : diagonal_slabs)),
                    static_cast<std::int32_t>(target % slab),
                    static_cast<std::int32_t>(L.first[left] - begin),
                    r == c};
      block[k] = values;
      row_step[k] = r < c ? L.dimension[low] : 1;
      column_step[k] = r < c ? 1 : L.dimension[low];
      values += static_cast<std::int64_t>(L.dimension[r]) * L.dimension[c];
    }
  }
}

void Plan::place_panels(const Symbolic& L) {
  panel.assign(1, 0);
  row_start.assign(1, 0);
  inverse_start.assign(1, 0);
  for (std::int32_t s = 0; s < L.supernodes(); ++s) {
    const std::int64_t w = L.width[s], h = L.height[s];
    panel.push_back(panel.back() + (slabs_of(w, slab) + slabs_of(h, slab)) * slab * w);
    inverse_start.push_back(inverse_start.back() + w);
    for (std::int64_t k = L.row_start[s]; k < L.row_start[s + 1]; ++k)
      for (std::int64_t i = L.first[L.row[k]]; i < L.first[L.row[k] + 1]; ++i)
        scalar_row.push_back(static_cast<std::int32_t>(i));
    row_start.push_back(static_cast<std::int64_t>(scalar_row.size()));
    widest = std::max(widest, w);
    tallest = std::max(tallest, w + h);
    const auto a = static_cast<double>(w), b = static_cast<double>(h);
    executed += a * b * b + a * b * a + a * (a + 1.0) * (2.0 * a + 1.0) / 6.0;
  }
}

void Plan::relate(const Symbolic& L) {
  std::vector<std::int64_t> position(L.order.size());  // of a block in the parent's front, columns first
  run_start.assign(L.supernodes() + 1, 0);
  piece_start.assign(L.supernodes() + 1, 0);
  // Children of one parent are far apart; count first, so that lists are in the order of the children.
  std::vector<std::vector<Run>> runs_of(L.supernodes());
  std::vector<std::vector<Piece>> pieces_of(L.supernodes());
  for (std::int32_t p = 0; p < L.supernodes(); ++p) {
    const std::int64_t w = L.width[p], diagonal_slabs = slabs_of(w, slab);
    for (std::int32_t j = L.column[p]; j < L.column[p + 1]; ++j) position[j] = L.first[j] - L.first[L.column[p]];
    std::int64_t below = w;
    for (std::int64_t k = L.row_start[p]; k < L.row_start[p + 1]; ++k) {
      position[L.row[k]] = below;
      below += L.dimension[L.row[k]];
    }
    for (std::int64_t e = L.child_start[p]; e < L.child_start[p + 1]; ++e) {
      const std::int32_t c = L.child[e];
      auto& own_runs = runs_of[c];
      auto& own_pieces = pieces_of[c];
      std::int64_t row = 0;
      for (std::int64_t k = L.row_start[c]; k < L.row_start[c + 1];) {
        const std::int64_t target = position[L.row[k]];
        std::int64_t count = 0;
        // One run ends where the rows of the front do not go on, or go on below its columns.
        for (; k < L.row_start[c + 1] && position[L.row[k]] == target + count && (target >= w || target + count < w);
             ++k)
          count += L.dimension[L.row[k]];
        own_runs.push_back({static_cast<std::int32_t>(row), static_cast<std::int32_t>(count),
                            static_cast<std::int32_t>(target), static_cast<std::int32_t>(own_pieces.size())});
        const std::int64_t base = target < w ? target : target - w, first_slab = target < w ? 0 : diagonal_slabs;
        for (std::int64_t i = 0; i < count;) {
          const std::int64_t lane = (base + i) % slab, some = std::min<std::int64_t>(count - i, slab - lane);
          own_pieces.push_back({static_cast<std::int32_t>(row + i - lane),
                                static_cast<std::int32_t>((base + i) / slab + first_slab),
                                static_cast<std::int32_t>(row + i + some - 1), ((1u << some) - 1u) << lane});
          i += some;
        }
        row += count;
      }
    }
  }
  for (std::int32_t s = 0; s < L.supernodes(); ++s) {
    runs.insert(runs.end(), runs_of[s].begin(), runs_of[s].end());
    pieces.insert(pieces.end(), pieces_of[s].begin(), pieces_of[s].end());
    run_start[s + 1] = static_cast<std::int64_t>(runs.size());
    piece_start[s + 1] = static_cast<std::int64_t>(pieces.size());
  }
}

void Plan::cut_subtrees(const Symbolic& L, int wanted) {
  // Enough subtrees for an even load; factors that take less than this (nanoseconds) are not worth waking a thread for.
  constexpr double subtrees_of_each_thread = 12.0, least_work = 200e3;
  const std::int32_t n = L.supernodes();
  std::vector<double> work(n, 0.0);
  std::vector<std::int32_t> begin(n);
  double total = 0.0;
  for (std::int32_t s = 0; s < n; ++s) {
    begin[s] = s;
    const double own = front_time(L.width[s], L.height[s]);
    work[s] += own;
    total += own;
    for (std::int64_t e = L.child_start[s]; e < L.child_start[s + 1]; ++e) {
      work[s] += work[L.child[e]];
      begin[s] = std::min(begin[s], begin[L.child[e]]);
    }
  }
  above.assign(n, 0);
  shared.assign(n, 0);
  threads = wanted > 1 && total > least_work ? wanted : 1;
  if (threads == 1) {
    if (n > 0) subtrees.push_back({0, n - 1});
    return;
  }
  const double most = total / (subtrees_of_each_thread * threads);
  for (std::int32_t s = n - 1; s >= 0; --s) {
    const std::int32_t p = L.parent[s];
    if (p >= 0 && !above[p]) continue;
    shared[s] = 1;
    // A leaf is a subtree however large: nobody else would begin it.
    above[s] = work[s] > most && L.child_start[s + 1] > L.child_start[s];
    if (!above[s]) subtrees.push_back({begin[s], s});
  }
  std::stable_sort(subtrees.begin(), subtrees.end(),
                   [&](const Subtree& a, const Subtree& b) { return work[a.last] > work[b.last]; });
}

void Plan::stack_updates(const Symbolic& L) {
  const std::int32_t n = L.supernodes();
  update.assign(n, 0);
  std::vector<int> side(n, 0);
  for (std::int32_t s = n - 1; s >= 0; --s) side[s] = L.parent[s] >= 0 ? !side[L.parent[s]] : 0;
  const auto size = [&](std::int32_t s) { return update_size(L.height[s], slab); };
  std::int64_t top[2], most[2] = {0, 0};
  for (const Subtree& subtree : subtrees) {
    top[0] = top[1] = 0;
    for (std::int32_t s = subtree.first; s <= subtree.last; ++s) {
      if (!shared[s]) {
        update[s] = top[side[s]];
        top[side[s]] += size(s);
        most[side[s]] = std::max(most[side[s]], top[side[s]]);
      }
      if (L.child_start[s] < L.child_start[s + 1]) top[!side[s]] = update[L.child[L.child_start[s]]];
    }
  }
  for (std::int32_t s = 0; s < n; ++s)
    if (!shared[s]) update[s] += side[s] ? most[0] : 0;
  stack_size = most[0] + most[1];
  for (std::int32_t s = 0; s < n; ++s)
    if (shared[s]) {
      update[s] = shared_size;
      shared_size += size(s);
    }
}

std::int64_t Plan::bytes(int number) const {
  const auto of = [](const auto& v) { return static_cast<std::int64_t>(v.size() * sizeof(v[0])); };
  const std::int64_t maps = of(block) + of(row_step) + of(column_step) + of(entry_start) + of(entries) + of(panel) +
                            of(inverse_start) + of(row_start) + of(scalar_row) + of(run_start) + of(piece_start) +
                            of(runs) + of(pieces) + of(update) + of(shared) + of(subtrees) + of(above);
  return maps + 8 * values + number * (panel.back() + inverse_start.back() + threads * stack_size + shared_size);
}

}  // namespace thalweg::inline v0_1::block_cholesky
