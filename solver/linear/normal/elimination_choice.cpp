#include <linear/normal/elimination_choice.hpp>

#include <algorithm>
#include <numeric>

#include <thalweg/math/error.hpp>

#include <linear/normal/layout.hpp>

namespace thalweg {
namespace {

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
    for (std::int64_t i = 0; slots.size() > 1 && i < group.items; ++i) {
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

}  // namespace

EliminationChoice choose_eliminated(const BlockStructure& s, const std::vector<char>& named) {
  EliminationChoice choice;
  choice.eliminated = named;
  if (std::any_of(named.begin(), named.end(), [](char n) { return n != 0; })) {
    for (std::int64_t b = 0; b < s.blocks(); ++b)
      if (named[at(b)] && s.dimension[at(b)] > landmark_width)
        throw Error("a block of more than 3 components was named for elimination; expected at most 3");
    if (!independent(s, named))
      throw Error("a residual reads two of the blocks named for elimination; expected at most one");
    complete(choice, s);
    return choice;
  }
  Kinds kinds(s.blocks());
  for (const ResidualPattern& group : s.groups)
    for (const ResidualPattern::Slot& slot : group.slots) {
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
    // A kind that is the whole problem, or a small part of it, gains nothing.
    if (kind.widest > landmark_width || 10 * kind.columns < columns || kind.columns == columns) continue;
    if (tried++ == most_kinds) break;
    std::vector<char> with = choice.eliminated;
    for (std::int32_t b = 0; b < s.blocks(); ++b)
      if (kinds.find(b) == kind.root) with[at(b)] = 1;
    if (independent(s, with)) choice.eliminated = std::move(with);
  }
  complete(choice, s);
  if (choice.columns == columns) {  // something must be kept
    choice = {};
    choice.eliminated.assign(at(s.blocks()), 0);
  }
  return choice;
}

std::vector<std::vector<std::int64_t>> evaluation_order(const BlockStructure& s, const std::vector<char>& eliminated) {
  std::vector<std::vector<std::int64_t>> result;
  for (const ResidualPattern& group : s.groups) {
    std::vector<std::int64_t>& order = result.emplace_back();
    const ResidualPattern::Slot* landmark = nullptr;
    std::vector<const ResidualPattern::Slot*> others;
    for (const ResidualPattern::Slot& slot : group.slots) {
      const auto moving = std::find_if(slot.block.begin(), slot.block.end(), [](std::int32_t b) { return b >= 0; });
      const bool is_landmark = moving != slot.block.end() && eliminated[at(*moving)];
      if (is_landmark)
        landmark = &slot;
      else
        others.push_back(&slot);
    }
    if (!landmark) continue;
    const auto before = [&](std::int64_t a, std::int64_t b) {
      const auto x = static_cast<std::uint32_t>(landmark->block[at(a)]), y = static_cast<std::uint32_t>(landmark->block[at(b)]);
      if (x != y) return x < y;
      for (const auto* slot : others)
        if (slot->block[at(a)] != slot->block[at(b)]) return slot->block[at(a)] < slot->block[at(b)];
      return a < b;
    };
    bool sorted = true;
    for (std::int64_t i = 1; i < group.items && sorted; ++i) sorted = before(i - 1, i);
    if (sorted) continue;
    // By counting into landmarks first: linear time.
    std::vector<std::int64_t> begin(at(s.blocks()) + 2);
    const auto bin = [&](std::int64_t i) {
      const std::int32_t b = landmark->block[at(i)];
      return b < 0 ? at(s.blocks()) : at(b);
    };
    for (std::int64_t i = 0; i < group.items; ++i) ++begin[bin(i) + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    order.resize(at(group.items));
    std::vector<std::int64_t> next = begin;
    for (std::int64_t i = 0; i < group.items; ++i) order[at(next[bin(i)]++)] = i;
    for (std::size_t b = 0; b + 1 < begin.size(); ++b)
      if (!std::is_sorted(order.begin() + begin[b], order.begin() + begin[b + 1], before))
        std::sort(order.begin() + begin[b], order.begin() + begin[b + 1], before);
  }
  return result;
}

}  // namespace thalweg
