// The part of a least-squares problem that one process holds.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Residuals are spread over processes, each in one of them. A parameter block is *shared* (cameras, poses), or belongs
/// to the one process that has all residuals that read it (points). Shared blocks are numbered across processes; each
/// is owned by one, and the others that read it hold copies, which start at the same numbers and are fixed alike.
struct Share {
  Problem problem;                   ///< this process' residuals and the blocks that they read
  std::vector<std::int64_t> shared;  ///< of each block of the problem, in the order of x: its number among the shared
                                     ///< ones, rising; −1: it is this process' own
  std::vector<std::int64_t> first;   ///< processes + 1: process p owns the shared blocks first[p] to first[p + 1],
                                     ///< and holds each of them, whether its residuals read it or not
};

}  // namespace thalweg::inline v0_1
