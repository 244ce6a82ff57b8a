// Systems of pose graphs: the structure of real ones or of a city's streets, with random positive definite numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/linear/block_matrix.hpp>

namespace thalweg::bench {

/// One block per pose, one per edge of a g2o file. Only EDGE_SE2 and EDGE_SE3:QUAT are read.
BlockPattern g2o_pattern(const std::string& path);
/// A walk of so many poses along the streets of a grid, turning at random; poses that come back to a crossing close a
/// loop with an earlier visit to it.
BlockPattern city_pattern(int poses, int side, std::uint64_t seed);
/// Poses on a cubic lattice, all neighbours coupled.
BlockPattern lattice_pattern(int side, int width);

/// Blocks of normal equations, Σ JᵀJ over the edges with Jacobians near ±1, and a weak prior on each pose; one after
/// the other as in the pattern, column major.
std::vector<double> random_blocks(const BlockPattern& pattern, std::uint64_t seed);

}  // namespace thalweg::bench
