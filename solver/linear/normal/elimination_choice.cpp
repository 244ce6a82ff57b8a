#include <linear/normal/elimination_choice.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/aligned.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>

#include <linear/normal/layout.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr long items_between_polls = 100000;  // some milliseconds
constexpr std::int64_t bins_of_a_task = 16384;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Disjoint sets of blocks.
class Kinds {
 public:
  explicit Kinds(std::int64_t blocks) : parent_(at(blocks)) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::int32_t find(std::int32_t b) {
    while (parent_[at(b)] != b) b = parent_[at(b)] = parent_[at(parent_[at(b)])];
    return b;
  }
  void join(std::int32_t a, std::int32_t b) {
    const std::int32_t x = find(a), y = find(b);
    parent_[at(std::max(x, y))] = std::min(x, y);
  }

 private:
  std::vector<std::int32_t> parent_;
};

/// Whether an item reads two blocks that are marked.
bool independent(const BlockStructure& s, const std::vector<char>& marked) {
  for (const ResidualPattern& group : s.groups) {
    std::vector<const ResidualPattern::Slot*> slots;
    for (const ResidualPattern::Slot& slot : group.slots)
      if (std::any_of(slot.block.begin(), slot.block.end(), [&](std::int32_t b) { return b >= 0 && marked[at(b)]; }))
        slots.push_back(&slot);
    PollEvery poll(items_between_polls);
    for (std::int64_t i = 0; slots.size() > 1 && i < group.items; ++i) {
      poll();
      int count = 0;
      for (const auto* slot : slots) count += slot->block[at(i)] >= 0 && marked[at(slot->block[at(i)])];
      if (count > 1) return false;
    }
  }
  return true;
}

void complete(EliminationChoice& choice, const BlockStructure& s) {
  for (std::int64_t b = 0; b < s.blocks(); ++b)
    if (choice.eliminated[at(b)]) {
      ++choice.count;
      choice.columns += s.dimension[at(b)];
    }
}

/// Where nothing would be left, as of points whose cameras are fixed, nothing is eliminated.
EliminationChoice some_kept(EliminationChoice choice, const BlockStructure& s) {
  if (choice.columns < s.columns()) return choice;
  EliminationChoice none;
  none.eliminated.assign(at(s.blocks()), 0);
  return none;
}

}  // namespace

EliminationChoice choose_eliminated(const BlockStructure& s, const std::vector<char>& named, double least_part) {
  EliminationChoice choice;
  choice.eliminated = named;
  if (std::any_of(named.begin(), named.end(), [](char n) { return n != 0; })) {
    for (std::int64_t b = 0; b < s.blocks(); ++b)
      if (named[at(b)] && s.dimension[at(b)] > widest_landmark)
        throw Error(fmt::format("a block of {} components was named for elimination; expected at most {}",
                                s.dimension[at(b)], widest_landmark));
    if (!independent(s, named))
      throw Error("a residual reads two of the blocks named for elimination; expected at most one");
    complete(choice, s);
    return some_kept(std::move(choice), s);
  }
  Kinds kinds(s.blocks());
  for (const ResidualPattern& group : s.groups)
    for (const ResidualPattern::Slot& slot : group.slots) {
      CancellationProbe::poll();
      std::int32_t last = -1;
      for (const std::int32_t b : slot.block) {
        if (b >= 0 && last >= 0 && b != last) kinds.join(b, last);
        if (b >= 0) last = b;
      }
    }
  struct Kind {
    std::int32_t root;
    std::int64_t columns;
    int widest;
  };
  std::vector<Kind> all;
  std::vector<std::int32_t> place(at(s.blocks()), -1);
  for (std::int32_t b = 0; b < s.blocks(); ++b) {
    const std::int32_t root = kinds.find(b);
    if (place[at(root)] < 0) {
      place[at(root)] = static_cast<std::int32_t>(all.size());
      all.push_back({root, 0, 0});
    }
    Kind& kind = all[at(place[at(root)])];
    kind.columns += s.dimension[at(b)];
    kind.widest = std::max(kind.widest, s.dimension[at(b)]);
  }
  std::stable_sort(all.begin(), all.end(), [](const Kind& a, const Kind& b) { return a.columns > b.columns; });
  constexpr std::size_t most_kinds = 16;  // each is tried against the residuals
  choice.eliminated.assign(at(s.blocks()), 0);
  const std::int64_t columns = s.columns();
  std::size_t tried = 0;
  for (const Kind& kind : all) {
    // A kind that is the whole problem leaves nothing.
    const bool small = static_cast<double>(kind.columns) < least_part * static_cast<double>(columns);
    if (kind.widest > widest_landmark || small || kind.columns == columns) continue;
    if (tried++ == most_kinds) break;
    std::vector<char> with = choice.eliminated;
    for (std::int32_t b = 0; b < s.blocks(); ++b)
      if (kinds.find(b) == kind.root) with[at(b)] = 1;
    if (independent(s, with)) choice.eliminated = std::move(with);
  }
  complete(choice, s);
  return some_kept(std::move(choice), s);
}

namespace {

/// The slot of each group whose blocks are eliminated, or null.
const ResidualPattern::Slot* landmark_slot(const ResidualPattern& group, const std::vector<char>& eliminated) {
  for (const ResidualPattern::Slot& slot : group.slots) {
    const auto moving = std::find_if(slot.block.begin(), slot.block.end(), [](std::int32_t b) { return b >= 0; });
    if (moving != slot.block.end() && eliminated[at(*moving)]) return &slot;
  }
  return nullptr;
}

/// Items of a group in bins, one for each eliminated block, the last for those without one.
struct Bins {
  Bins(const ResidualPattern& group, const ResidualPattern::Slot& slot, std::int64_t blocks)
      : begin(at(blocks) + 2), item(at(group.items)) {
    const auto bin = [&](std::int64_t i) { return slot.block[at(i)] < 0 ? at(blocks) : at(slot.block[at(i)]); };
    for (std::int64_t i = 0; i < group.items; ++i) ++begin[bin(i) + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    LargeVector<std::int64_t> next = begin;
    for (std::int64_t i = 0; i < group.items; ++i) item[at(next[bin(i)]++)] = i;
  }
  LargeVector<std::int64_t> begin, item;
};

}  // namespace

EvaluationOrder evaluation_order(const BlockStructure& s, const std::vector<char>& eliminated, int threads) {
  EvaluationOrder result;
  result.rank.assign(at(s.blocks()), -1);
  result.items.resize(s.groups.size());
  // The first blocks that each landmark meets, as a number to sort by.
  constexpr int fields = 4, bits = 16;
  LargeVector<std::uint64_t> key(at(s.blocks()), 0);
  std::vector<int> known(at(s.blocks()), 0);
  std::vector<Bins> bins;
  std::vector<std::size_t> group_of;
  for (std::size_t g = 0; g < s.groups.size(); ++g) {
    const ResidualPattern& group = s.groups[g];
    const ResidualPattern::Slot* const landmark = landmark_slot(group, eliminated);
    if (!landmark) continue;
    const ResidualPattern::Slot* other = nullptr;
    for (const ResidualPattern::Slot& slot : group.slots)
      if (&slot != landmark && !other) other = &slot;
    Bins& b = bins.emplace_back(group, *landmark, s.blocks());
    group_of.push_back(g);
    const auto before = [&](std::int64_t x, std::int64_t y) {
      for (const ResidualPattern::Slot& slot : group.slots)
        if (&slot != landmark && slot.block[at(x)] != slot.block[at(y)]) return slot.block[at(x)] < slot.block[at(y)];
      return x < y;
    };
    parallel_chunks(s.blocks() + 1, bins_of_a_task, threads, [&](std::int64_t, std::int64_t first, std::int64_t last) {
      for (std::int64_t e = first; e < last; ++e) {
        const auto begin = b.item.begin() + b.begin[at(e)], end = b.item.begin() + b.begin[at(e) + 1];
        if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
        if (e == s.blocks() || !other) continue;
        for (auto i = begin; i != end && known[at(e)] < fields; ++i)
          key[at(e)] |= (static_cast<std::uint64_t>(other->block[at(*i)] + 1) & 0xffff)
                        << bits * (fields - ++known[at(e)]);
      }
    });
  }
  LargeVector<std::pair<std::uint64_t, std::int32_t>> landmarks;  // keys and blocks
  for (std::int32_t b = 0; b < s.blocks(); ++b)
    if (eliminated[at(b)]) landmarks.emplace_back(key[at(b)], b);
  std::sort(landmarks.begin(), landmarks.end());
  for (std::size_t r = 0; r < landmarks.size(); ++r)
    result.rank[at(landmarks[r].second)] = static_cast<std::int32_t>(r);
  for (std::size_t n = 0; n < bins.size(); ++n) {
    LargeVector<std::int64_t>& order = result.items[group_of[n]];
    const auto items_of = [&](std::size_t r) {  // of a landmark; behind the last, those without one
      const std::size_t bin = r < landmarks.size() ? at(landmarks[r].second) : at(s.blocks());
      const auto all = bins[n].item.begin();
      return std::span(all + bins[n].begin[bin], all + bins[n].begin[bin + 1]);
    };
    LargeVector<std::size_t> begin(landmarks.size() + 2);
    for (std::size_t r = 0; r <= landmarks.size(); ++r) begin[r + 1] = begin[r] + items_of(r).size();
    order.resize(bins[n].item.size());
    parallel_chunks(static_cast<std::int64_t>(landmarks.size()) + 1, bins_of_a_task, threads,
                    [&](std::int64_t, std::int64_t first, std::int64_t last) {
                      for (std::size_t r = at(first); r < at(last); ++r)
                        std::ranges::copy(items_of(r), order.data() + begin[r]);
                    });
    if (std::is_sorted(order.begin(), order.end())) order.clear();
  }
  return result;
}

}  // namespace thalweg::inline v0_1
