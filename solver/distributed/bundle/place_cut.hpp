// Places in space cut into boxes of equal weight, by processes that hold some of the places each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1 {

/// A point of space and what it weighs; a place that is not finite comes last along every direction.
struct Place {
  std::array<double, 3> at{};
  std::int64_t weight = 0;
};

/// Cuts the places of all processes into `pieces` boxes: recursive coordinate bisection (Berger & Bokhari 1987), each
/// box across the direction in which its weight spreads most, so that weights are even and every piece has a place that
/// weighs something. `first`: number of this process' first place among all; places at the same coordinate are told
/// apart by it. Of each place of this process its piece. Throws CollectiveError where fewer places than pieces weigh
/// something. Collective: 10 reductions for each halving, of up to 6 kB · pieces.
std::vector<std::int32_t> cut_places(const Communicator& communicator, std::span<const Place> places,
                                     std::int64_t first, int pieces);

}  // namespace thalweg::inline v0_1
