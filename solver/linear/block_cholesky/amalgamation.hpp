// Relaxed supernodes: some zeros are stored and computed with where larger dense blocks make up for them.
#pragma once

#include <cstdint>
#include <vector>

namespace thalweg::inline v0_1::block_cholesky {

/// A tree of supernodes before and after merging; children have smaller numbers than their parents.
struct SupernodeTree {
  std::vector<std::int32_t> parent;  ///< −1 for a root
  std::vector<std::int64_t> width;   ///< scalar columns
  std::vector<std::int64_t> height;  ///< scalar rows below them
};

/// Merges children into parents where the time that the model of a front foresees shrinks. Returns of each supernode
/// the one that it has become a part of (itself: it stays); those that stay have their new width, height and parent in
/// `tree`.
std::vector<std::int32_t> amalgamate(SupernodeTree& tree);

/// Nanoseconds that the front of a supernode takes, roughly, with `children` below it.
double front_time(std::int64_t width, std::int64_t height);

}  // namespace thalweg::inline v0_1::block_cholesky
