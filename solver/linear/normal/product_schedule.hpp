// In which order the products of eliminated blocks are summed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/base/aligned.hpp>

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
    std::uint32_t block, pairs;
    bool first;  ///< of this block in its part: what is there is replaced
  };
  std::vector<std::int32_t> landmark;   ///< stretches + 1: the first of each
  std::vector<std::int64_t> run, pair;  ///< stretches + 1
  std::vector<std::int32_t> part;       ///< parts + 1: the first stretch of each part
  std::vector<Run> runs;
  LargeVector<Pair> pairs;               ///< followed by pairs_ahead more, which may be read
  static constexpr int pairs_ahead = 6;  ///< whose Z are to be fetched
  std::int64_t longest = 0;              ///< couplings of a stretch, at most
};

/// Sorts the pairs of each stretch by their block, in linear time.
class ProductScheduler {
 public:
  /// `coupling_start`: landmarks + 1; `part_landmark`: parts + 1; stretches end where parts do. Throws Error for a
  /// landmark of more couplings than a stretch can number, 65,536.
  ProductScheduler(std::span<const std::int64_t> coupling_start, std::span<const std::int32_t> part_landmark);

  /// block(landmark, a, b) of each pair a >= b of the landmark's couplings.
  template <class Block>
  ProductSchedule schedule(std::int64_t blocks, Block block) {
    count_.assign(static_cast<std::size_t>(blocks), 0);
    last_part_.assign(static_cast<std::size_t>(blocks), -1);
    for (std::size_t s = 0; s + 1 < result_.landmark.size(); ++s) {
      open_stretch(static_cast<std::int32_t>(s));
      const std::int64_t begin = start(result_.landmark[s]);
      for (std::int32_t e = result_.landmark[s]; e < result_.landmark[s + 1]; ++e) {
        const auto first = static_cast<std::uint32_t>(start(e) - begin);
        const auto k = static_cast<std::uint32_t>(start(e + 1) - start(e));
        for (std::uint32_t b = 0; b < k; ++b)
          for (std::uint32_t a = b; a < k; ++a)
            note(block(e, a, b), {static_cast<std::uint16_t>(first + a), static_cast<std::uint16_t>(first + b)});
      }
      close_stretch();
    }
    close();
    return std::move(result_);
  }

 private:
  std::int64_t start(std::int32_t e) const { return coupling_start_[static_cast<std::size_t>(e)]; }
  void open_stretch(std::int32_t stretch);
  void note(std::uint32_t block, ProductSchedule::Pair pair) {
    if (count_[block]++ == 0) met_.push_back(block);
    noted_.push_back({block, pair});
  }
  void close_stretch();
  void close();

  struct Noted {
    std::uint32_t block;
    ProductSchedule::Pair pair;
  };
  std::span<const std::int64_t> coupling_start_;
  ProductSchedule result_;
  std::vector<std::uint32_t> count_, met_;  // of each block in this stretch; the blocks that it meets
  std::vector<std::int32_t> last_part_;     // of each block, that met it
  std::int32_t part_ = 0;
  LargeVector<Noted> noted_;
};

}  // namespace thalweg::inline v0_1
