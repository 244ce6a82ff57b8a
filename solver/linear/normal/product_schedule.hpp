// In which order the products of eliminated blocks are summed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {

/// The reduced system is U less the sum over all landmarks, and all pairs of their couplings, of Zₐ Z_bᵀ. One landmark
/// after the other, each product would fetch and store a whole block. Here landmarks come in stretches whose Z stay in
/// the second cache, and within a stretch the products come block after block, so that a block is summed in registers.
struct ProductSchedule {
  /// Couplings a and b of a stretch, counted from its first; tile a >= tile b.
  struct Pair {
    std::uint16_t a, b;
  };
  /// Consecutive pairs of one block of the reduced system.
  struct Run {
    std::uint32_t block;
    std::uint32_t pairs : 31;
    bool first : 1;  ///< of this block in its part: what is there is replaced
  };
  /// Where a stretch begins.
  struct Stretch {
    std::int32_t landmark;
    std::int64_t run, pair;  ///< of its part's
  };
  /// What one part sums.
  struct Part {
    std::vector<Stretch> stretches;  ///< and where the last ends
    LargeVector<Run> runs;
    LargeVector<Pair> pairs;  ///< followed by pairs_ahead more, which may be read
  };
  static constexpr int pairs_ahead = 6;                  ///< whose Z are to be fetched
  static constexpr std::int64_t most_couplings = 65536;  ///< of one landmark, for a stretch to number them
  std::vector<Part> parts;
  std::int64_t longest = 0;  ///< couplings of a stretch, at most
};

/// Sorts the pairs of each stretch of one part by their block, in linear time.
class PartScheduler {
 public:
  /// The landmarks [begin, end), whose couplings begin at `coupling_start` (landmarks + 1).
  PartScheduler(std::span<const std::int64_t> coupling_start, std::int32_t begin, std::int32_t end,
                std::int64_t blocks);

  /// note(landmark, visit) calls visit(a, b, block) for each pair a >= b of the landmark's couplings.
  template <class Note>
  ProductSchedule::Part schedule(const Note& note) {
    for (std::size_t s = 0; s + 1 < part_.stretches.size(); ++s) {
      open(part_.stretches[s]);
      const std::int64_t begin = start(part_.stretches[s].landmark);
      for (std::int32_t e = part_.stretches[s].landmark; e < part_.stretches[s + 1].landmark; ++e) {
        const auto first = static_cast<std::uint32_t>(start(e) - begin);
        note(e, [&](std::uint32_t a, std::uint32_t b, std::uint32_t block) {
          if (count_[block]++ == 0) met_.push_back(block);
          noted_.push_back({block, {static_cast<std::uint16_t>(first + a), static_cast<std::uint16_t>(first + b)}});
        });
      }
      close();
    }
    finish();
    return std::move(part_);
  }

 private:
  std::int64_t start(std::int32_t e) const { return coupling_start_[static_cast<std::size_t>(e)]; }
  void open(ProductSchedule::Stretch& stretch);
  void close();
  void finish();

  struct Noted {
    std::uint32_t block;
    ProductSchedule::Pair pair;
  };
  std::span<const std::int64_t> coupling_start_;
  ProductSchedule::Part part_;
  std::vector<std::uint32_t> count_, met_;  // of each block in this stretch; the blocks that it meets
  std::vector<char> before_;                // whether the part met the block before
  std::vector<Noted> noted_;
};

/// The schedule of the landmarks of each part (parts + 1 numbers), part by part on `threads` threads.
template <class Note>
ProductSchedule schedule_products(std::span<const std::int64_t> coupling_start,
                                  std::span<const std::int32_t> part_landmark, std::int64_t blocks, int threads,
                                  const Note& note) {
  ProductSchedule result;
  result.parts.resize(part_landmark.size() - 1);
  parallel_chunks(static_cast<std::int64_t>(result.parts.size()), 1, threads,
                  [&](std::int64_t part, std::int64_t, std::int64_t) {
                    const auto p = static_cast<std::size_t>(part);
                    PartScheduler scheduler(coupling_start, part_landmark[p], part_landmark[p + 1], blocks);
                    result.parts[p] = scheduler.schedule(note);
                  });
  for (const ProductSchedule::Part& part : result.parts)
    for (std::size_t s = 0; s + 1 < part.stretches.size(); ++s)
      result.longest =
          std::max(result.longest, coupling_start[static_cast<std::size_t>(part.stretches[s + 1].landmark)] -
                                       coupling_start[static_cast<std::size_t>(part.stretches[s].landmark)]);
  return result;
}

}  // namespace thalweg::inline v0_1
