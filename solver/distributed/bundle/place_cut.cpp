#include <distributed/bundle/place_cut.hpp>

#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <distributed/routing.hpp>

namespace thalweg::inline v0_1 {
namespace {

using routing::at;

/// Pieces [begin, end) and what of the places is known of their box.
struct Box {
  std::int32_t begin = 0, end = 0;
  std::array<double, 3> mean{};
  std::size_t direction = 0;
  std::uint64_t cut = 0;  ///< the largest key on the lower side
  bool divides() const { return end - begin > 1; }
  std::int32_t middle() const { return begin + (end - begin) / 2; }
};

bool is_finite(const Place& p) { return std::isfinite(p.at[0]) && std::isfinite(p.at[1]) && std::isfinite(p.at[2]); }

// Which places a box' cut leaves on its lower side at least: half the weight; a place for each piece there; all but a
// place for each piece on the other side, at most.
constexpr std::size_t targets = 3;
constexpr std::size_t digits = 256;  // of a key, which is found digit by digit
constexpr int key_bits = 64, digit_bits = 8;

class Cutter {
 public:
  Cutter(const Communicator& communicator, std::span<const Place> places, std::int64_t first, int pieces)
      : communicator_(communicator), places_(places), first_(first), box_of_(places.size()), boxes_(1) {
    boxes_[0].end = pieces;
  }

  std::vector<std::int32_t> cut() {
    expect_enough();
    while (std::any_of(boxes_.begin(), boxes_.end(), [](const Box& b) { return b.divides(); })) halve();
    std::vector<std::int32_t> pieces;
    for (const std::uint32_t b : box_of_) pieces.push_back(boxes_[b].begin);
    return pieces;
  }

 private:
  void expect_enough() {
    std::int64_t weighing = 0;
    for (const Place& p : places_) weighing += p.weight > 0;
    weighing = communicator_.sum(weighing);
    communicator_.together([&] {
      if (weighing < boxes_[0].end)
        throw Error(fmt::format("{} processes and {} points with observations; expected at most one process a point",
                                boxes_[0].end, weighing));
    });
  }

  void halve() {
    measure();
    find_cuts();
    std::vector<Box> halves;
    std::vector<std::uint32_t> lower;  // of each box its first half
    for (const Box& b : boxes_) {
      lower.push_back(static_cast<std::uint32_t>(halves.size()));
      Box half = b;
      if (b.divides()) half.end = b.middle();
      halves.push_back(half);
      half.begin = half.end;
      half.end = b.end;
      if (b.divides()) halves.push_back(half);
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Box& b = boxes_[box_of_[i]];
      box_of_[i] = lower[box_of_[i]] + (b.divides() && key(i) > b.cut);
    }
    boxes_ = std::move(halves);
  }

  /// Means and spreads of the boxes, and so the directions of their cuts.
  void measure() {
    std::vector<double> sums(4 * boxes_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!is_finite(places_[i])) continue;
      double* const to = sums.data() + 4 * box_of_[i];
      const auto w = static_cast<double>(places_[i].weight);
      for (std::size_t d = 0; d < 3; ++d) to[d] += w * places_[i].at[d];
      to[3] += w;
    }
    communicator_.sum(std::span<double>(sums));
    for (std::size_t b = 0; b < boxes_.size(); ++b)
      for (std::size_t d = 0; d < 3; ++d)
        boxes_[b].mean[d] = sums[4 * b + 3] > 0 ? sums[4 * b + d] / sums[4 * b + 3] : 0;
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!is_finite(places_[i])) continue;
      for (std::size_t d = 0; d < 3; ++d) {
        const double from_mean = places_[i].at[d] - boxes_[box_of_[i]].mean[d];
        sums[4 * box_of_[i] + d] += static_cast<double>(places_[i].weight) * from_mean * from_mean;
      }
    }
    communicator_.sum(std::span<double>(sums));
    for (std::size_t b = 0; b < boxes_.size(); ++b)
      boxes_[b].direction = at(std::max_element(&sums[4 * b], &sums[4 * b] + 3) - &sums[4 * b]);
  }

  /// By the coordinate, in single precision, then by the number: no two places have the same. The order of the bits of
  /// numbers below zero is turned round.
  std::uint64_t key(std::size_t i) const {
    const Box& b = boxes_[box_of_[i]];
    const double x = is_finite(places_[i]) ? places_[i].at[b.direction] - b.mean[b.direction]
                                           : std::numeric_limits<double>::infinity();
    auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(x));
    bits = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
    return (std::uint64_t{bits} << 32) | static_cast<std::uint64_t>(first_ + static_cast<std::int64_t>(i));
  }

  /// For each target the key up to which places weigh, or are, as many as it says: digit by digit, counted by all.
  void find_cuts() {
    std::vector<std::array<std::uint64_t, targets>> found(boxes_.size());  // the digits so far
    std::vector<std::array<std::int64_t, targets>> left(boxes_.size());    // what they leave to be reached
    std::vector<std::int64_t> counts;
    for (int shift = key_bits - digit_bits; shift >= 0; shift -= digit_bits) {
      counts.assign(boxes_.size() * targets * digits, 0);
      for (std::size_t i = 0; i < places_.size(); ++i) count(i, shift, found[box_of_[i]], counts);
      communicator_.sum(std::span<std::int64_t>(counts));
      for (std::size_t b = 0; b < boxes_.size(); ++b) {
        if (!boxes_[b].divides()) continue;
        if (shift == key_bits - digit_bits) left[b] = goals(boxes_[b], counts.data() + b * targets * digits);
        for (std::size_t t = 0; t < targets; ++t) {
          const std::int64_t* const of = counts.data() + (b * targets + t) * digits;
          std::size_t digit = 0;
          while (digit + 1 < digits && of[digit] < left[b][t]) left[b][t] -= of[digit++];
          found[b][t] = (found[b][t] << digit_bits) | digit;
        }
      }
    }
    for (std::size_t b = 0; b < boxes_.size(); ++b) boxes_[b].cut = std::clamp(found[b][0], found[b][1], found[b][2]);
  }

  void count(std::size_t i, int shift, const std::array<std::uint64_t, targets>& found,
             std::vector<std::int64_t>& counts) const {
    if (places_[i].weight == 0 || !boxes_[box_of_[i]].divides()) return;
    const std::uint64_t digit_on = key(i) >> shift;
    for (std::size_t t = 0; t < targets; ++t)
      if (shift == key_bits - digit_bits || digit_on >> digit_bits == found[t])
        counts[(box_of_[i] * targets + t) * digits + digit_on % digits] += t == 0 ? places_[i].weight : 1;
  }

  /// Of a box by the counts of its first digits, which hold all its places.
  static std::array<std::int64_t, targets> goals(const Box& b, const std::int64_t* counts) {
    std::int64_t weight = 0, places = 0;
    for (std::size_t d = 0; d < digits; ++d) {
      weight += counts[d];
      places += counts[digits + d];
    }
    const std::int64_t lower = b.middle() - b.begin, upper = b.end - b.middle();
    return {std::max<std::int64_t>(weight * lower / (lower + upper), 1), lower, places - upper};
  }

  const Communicator& communicator_;
  std::span<const Place> places_;
  std::int64_t first_;
  std::vector<std::uint32_t> box_of_;
  std::vector<Box> boxes_;
};

}  // namespace

std::vector<std::int32_t> cut_places(const Communicator& communicator, std::span<const Place> places,
                                     std::int64_t first, int pieces) {
  return Cutter(communicator, places, first, pieces).cut();
}

}  // namespace thalweg::inline v0_1
