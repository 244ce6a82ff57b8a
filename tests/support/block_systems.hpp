// Random symmetric positive definite block matrices, as blocks and dense, on the patterns that solvers meet.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/linear/block_matrix.hpp>

#include <Eigen/Dense>

namespace thalweg::test {

using Pairs = std::vector<std::pair<std::int32_t, std::int32_t>>;

struct NamedPattern {
  std::string name;
  BlockPattern pattern;
};

inline BlockPattern uniform(int blocks, int dimension, const Pairs& pairs) {
  return block_pattern(std::vector<int>(static_cast<std::size_t>(blocks), dimension), pairs);
}

inline Pairs band(int blocks, int width) {
  Pairs pairs;
  for (int b = 0; b < blocks; ++b)
    for (int w = 1; w <= width && b + w < blocks; ++w) pairs.emplace_back(b + w, b);
  return pairs;
}

inline Pairs grid(int side) {
  Pairs pairs;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      if (x + 1 < side) pairs.emplace_back(y * side + x, y * side + x + 1);
      if (y + 1 < side) pairs.emplace_back(y * side + x, (y + 1) * side + x);
    }
  return pairs;
}

inline Pairs cube(int side) {
  Pairs pairs;
  for (int i = 0; i < side * side * side; ++i) {
    if ((i + 1) % side != 0) pairs.emplace_back(i + 1, i);
    if (i / side % side + 1 < side) pairs.emplace_back(i + side, i);
    if (i / (side * side) + 1 < side) pairs.emplace_back(i + side * side, i);
  }
  return pairs;
}

inline Pairs random_pairs(int blocks, int count, unsigned seed) {
  std::mt19937 random(seed);
  Pairs pairs;
  for (int p = 0; p < count; ++p)
    pairs.emplace_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(blocks)),
                       static_cast<std::int32_t>(random() % static_cast<unsigned>(blocks)));
  return pairs;
}

/// Every block coupled to one: to the first (dense first column) or to the last (dense last row).
inline Pairs arrow(int blocks, int hub) {
  Pairs pairs;
  for (int b = 0; b < blocks; ++b) pairs.emplace_back(b, hub);
  return pairs;
}

inline Pairs two_parts(int blocks) {
  Pairs pairs;
  for (int b = 2; b < blocks; ++b) pairs.emplace_back(b, b - 2);
  return pairs;
}

inline std::vector<NamedPattern> block_patterns() {
  std::vector<int> mixed;
  for (int b = 0; b < 60; ++b) mixed.push_back(1 + (b * 7) % 9);
  return {{"one block", uniform(1, 5, {})},
          {"one scalar", uniform(1, 1, {})},
          {"diagonal", uniform(17, 3, {})},
          {"arrow, hub first", uniform(40, 3, arrow(40, 0))},
          {"arrow, hub last", uniform(40, 6, arrow(40, 39))},
          {"band", uniform(50, 6, band(50, 3))},
          {"grid", uniform(144, 3, grid(12))},
          {"random", uniform(90, 6, random_pairs(90, 200, 5))},
          {"dense", uniform(15, 9, band(15, 15))},
          {"two parts and single blocks", uniform(31, 3, two_parts(24))},
          {"mixed dimensions", block_pattern(mixed, random_pairs(60, 110, 6))}};
}

/// Numbers for a pattern: the blocks, column major, each in its place; and the same matrix dense.
struct BlockSystem {
  std::vector<Eigen::MatrixXd> blocks;
  Eigen::MatrixXd dense;
};

/// Positive definite by diagonal dominance, barely (`dominance` just above 1) or plainly.
inline BlockSystem random_system(const BlockPattern& pattern, unsigned seed, double dominance = 1.1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  const auto offset = pattern.offsets();
  const Eigen::Index n = pattern.order();
  BlockSystem system{{}, Eigen::MatrixXd::Zero(n, n)};
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const std::int32_t r = pattern.row[static_cast<std::size_t>(k)];
      for (std::int64_t j = offset[c]; j < offset[c + 1]; ++j)
        for (std::int64_t i = offset[r]; i < offset[r + 1]; ++i)
          if (i > j) system.dense(i, j) = system.dense(j, i) = uniform(random);
    }
  for (Eigen::Index i = 0; i < n; ++i) system.dense(i, i) = dominance * system.dense.row(i).cwiseAbs().sum() + 0.1;
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const std::int32_t r = pattern.row[static_cast<std::size_t>(k)];
      system.blocks.push_back(system.dense.block(offset[r], offset[c], pattern.dimension[r], pattern.dimension[c]));
    }
  return system;
}

}  // namespace thalweg::test
