// What is worked out once per structure, on any number of threads: against a plain search, and one thread beside two.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include <linear/normal/elimination_choice.hpp>
#include <linear/normal/layout.hpp>

using namespace thalweg;

namespace {

/// Cameras and points in no order, each point seen up to five times, now and then twice by one camera; more points than
/// one thread takes at once.
BlockStructure scattered_views(int cameras, int points, int neighbours) {
  std::mt19937 random(1);
  const auto below = [&](int n) { return static_cast<std::int32_t>(random() % static_cast<unsigned>(n)); };
  BlockStructure s;
  for (int b = 0; b < cameras + points; ++b) s.dimension.push_back(b < cameras ? 9 : 3);
  s.first.push_back(0);
  for (const int d : s.dimension) s.first.push_back(s.first.back() + d);
  ResidualPattern& group = s.groups.emplace_back();
  group.dimension = 2;
  group.slots.resize(2);
  group.slots[0].dimension = 9;
  group.slots[1].dimension = 3;
  std::vector<std::pair<std::int32_t, std::int32_t>> views;
  for (int p = 0; p < points; ++p)
    for (int k = 1 + below(5), first = below(cameras); k > 0; --k)
      views.emplace_back((first + below(neighbours)) % cameras, cameras + p);
  std::shuffle(views.begin(), views.end(), random);
  for (const auto& [camera, point] : views) {
    group.slots[0].block.push_back(camera);
    group.slots[1].block.push_back(point);
  }
  group.items = static_cast<std::int64_t>(views.size());
  return s;
}

struct Found {
  EvaluationOrder order;
  NormalLayout layout;
};

Found find(BlockStructure s, int cameras, int threads) {
  std::vector<char> eliminated(s.dimension.size(), 1);
  std::fill_n(eliminated.begin(), cameras, 0);
  EvaluationOrder order = evaluation_order(s, eliminated, threads);
  REQUIRE(order.items[0].size() == static_cast<std::size_t>(s.groups[0].items));
  for (ResidualPattern::Slot& slot : s.groups[0].slots) {
    const auto before = slot.block;
    for (std::size_t i = 0; i < before.size(); ++i) slot.block[i] = before[static_cast<std::size_t>(order.items[0][i])];
  }
  NormalLayout layout(s, order.rank, threads);
  layout.reduce(threads);
  return {std::move(order), std::move(layout)};
}

/// Every pair of a landmark's couplings is there once, under the block of its tiles, whose first run says so.
void check_products(const NormalLayout& layout) {
  std::set<std::pair<std::int32_t, std::int32_t>> met;
  std::map<std::uint32_t, std::pair<std::int32_t, std::int32_t>> tiles_of;
  for (std::int32_t c = 0; c < layout.tiles; ++c)
    for (auto k = layout.reduced.column_start[static_cast<std::size_t>(c)];
         k < layout.reduced.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      tiles_of[static_cast<std::uint32_t>(k)] = {layout.reduced.row[static_cast<std::size_t>(k)], c};
  bool right = true;
  double pairs = 0.0;
  for (std::size_t p = 0; p < layout.products.parts.size(); ++p) {
    const ProductSchedule::Part& part = layout.products.parts[p];
    right = right && part.stretches.front().landmark == layout.part_landmark[p] &&
            part.stretches.back().landmark == layout.part_landmark[p + 1];
    std::set<std::uint32_t> before;
    for (std::size_t s = 0; s + 1 < part.stretches.size(); ++s) {
      const std::int64_t first = layout.coupling_start[static_cast<std::size_t>(part.stretches[s].landmark)];
      std::set<std::pair<std::int64_t, std::int64_t>> of_stretch;
      std::int64_t at = part.stretches[s].pair;
      for (std::int64_t r = part.stretches[s].run; r < part.stretches[s + 1].run; ++r) {
        const ProductSchedule::Run& run = part.runs[static_cast<std::size_t>(r)];
        right = right && run.first == before.insert(run.block).second;
        for (std::uint32_t n = 0; n < run.pairs; ++n, ++at, ++pairs) {
          const ProductSchedule::Pair pair = part.pairs[static_cast<std::size_t>(at)];
          const auto a = layout.coupling_tile[static_cast<std::size_t>(first + pair.a)],
                     b = layout.coupling_tile[static_cast<std::size_t>(first + pair.b)];
          right = right && tiles_of[run.block] == std::pair(a, b) && of_stretch.insert({pair.a, pair.b}).second;
          met.insert({a, b});
        }
      }
      right = right && at == part.stretches[s + 1].pair;
    }
  }
  CHECK(right);
  CHECK(pairs == layout.pairs());
  if (!layout.reduced_is_dense)
    for (const auto& [block, tiles] : tiles_of) right = right && (tiles.first == tiles.second || met.count(tiles) == 1);
  CHECK(right);
  for (std::size_t k = 0; k < layout.source.size(); ++k)
    right = right && (layout.source[k] < -1) == (tiles_of[static_cast<std::uint32_t>(k)].first ==
                                                 tiles_of[static_cast<std::uint32_t>(k)].second);
  CHECK(right);
}

bool same_products(const ProductSchedule& x, const ProductSchedule& y) {
  const auto run = [](const ProductSchedule::Run& r) { return std::tuple(r.block, +r.pairs, +r.first); };
  return x.longest == y.longest &&
         std::equal(x.parts.begin(), x.parts.end(), y.parts.begin(), y.parts.end(), [&](const auto& a, const auto& b) {
           return std::equal(a.runs.begin(), a.runs.end(), b.runs.begin(), b.runs.end(),
                             [&](const auto& r, const auto& q) { return run(r) == run(q); }) &&
                  std::equal(a.pairs.begin(), a.pairs.end(), b.pairs.begin(), b.pairs.end(),
                             [](const auto& r, const auto& q) { return r.a == q.a && r.b == q.b; });
         });
}

}  // namespace

TEST_CASE("order, couplings, pattern and schedule do not depend on the number of threads") {
  for (const int cameras : {40, 700}) {
    CAPTURE(cameras);
    const BlockStructure structure = scattered_views(cameras, 40000, cameras == 40 ? 40 : 12);
    const Found one = find(structure, cameras, 1), two = find(structure, cameras, 2);
    CHECK(one.layout.reduced_is_dense == (cameras == 40));
    CHECK_FALSE(one.layout.couplings_once);
    CHECK(std::is_sorted(one.layout.groups[0].landmark.begin(), one.layout.groups[0].landmark.end()));
    check_products(one.layout);
    CHECK(one.order.items == two.order.items);
    CHECK(one.order.rank == two.order.rank);
    CHECK(one.layout.coupling_start == two.layout.coupling_start);
    CHECK(one.layout.coupling_tile == two.layout.coupling_tile);
    CHECK(one.layout.groups[0].coupling == two.layout.groups[0].coupling);
    CHECK(one.layout.reduced.row == two.layout.reduced.row);
    CHECK(one.layout.source == two.layout.source);
    CHECK(same_products(one.layout.products, two.layout.products));
    const NormalLayout::Group& group = one.layout.groups[0];
    bool right = true;
    for (std::size_t i = 0; i < group.coupling.size(); ++i) {
      const auto e = static_cast<std::size_t>(group.landmark[i]);
      right = right && group.coupling[i] >= one.layout.coupling_start[e] &&
              group.coupling[i] < one.layout.coupling_start[e + 1] &&
              one.layout.coupling_tile[static_cast<std::size_t>(group.coupling[i])] == group.tile[i];
    }
    CHECK(right);
  }
}
