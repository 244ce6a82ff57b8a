// Patterns, matrices and solves of the tests of the block Cholesky.
#pragma once

#include <doctest/doctest.h>
#include <cmath>
#include <limits>
#include <string>
#include <support/block_systems.hpp>
#include <support/capture.hpp>
#include <support/count_allocations.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <vector>

namespace thalweg::test {

inline std::vector<Ordering> orderings() {
  if (sparse_cholesky_available()) return {Ordering::automatic, Ordering::amd, Ordering::metis, Ordering::natural};
  return {Ordering::automatic, Ordering::amd, Ordering::natural};
}

/// Those that all solvers meet, and some whose blocks mix small sizes with one that fills several slabs.
inline std::vector<NamedPattern> patterns() {
  std::vector<NamedPattern> all = block_patterns();
  std::vector<int> ones, mixed, large;
  for (int b = 0; b < 300; ++b) mixed.push_back(1 + (b * 5 + b / 7) % 9);
  for (int b = 0; b < 40; ++b) large.push_back(b % 10 == 3 ? 70 + b : 1 + b % 4);
  all.push_back({"scalars", uniform(400, 1, grid(20))});
  all.push_back({"chain", uniform(200, 3, band(200, 1))});
  all.push_back({"mixed, heavy", block_pattern(mixed, random_pairs(300, 700, 9))});
  all.push_back({"mixed, large blocks", block_pattern(large, random_pairs(40, 60, 11))});
  all.push_back({"cube", uniform(216, 4, cube(6))});
  all.push_back({"one wide block", uniform(1, 700, {})});
  return all;
}

/// Sets every block with a leading dimension larger than its rows, and junk above the diagonal, which is not to be
/// read.
template <class Cholesky>
inline void set_blocks(Cholesky& cholesky, const BlockPattern& pattern, const BlockSystem& system) {
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
      const Eigen::MatrixXd& block = system.blocks[static_cast<std::size_t>(k)];
      Eigen::MatrixXd padded = Eigen::MatrixXd::Constant(block.rows() + 2, block.cols(), 1e300);
      padded.topRows(block.rows()) = block;
      if (k == pattern.column_start[c])
        for (Eigen::Index j = 0; j < block.cols(); ++j) padded.col(j).head(j).setConstant(std::nan(""));
      cholesky.set_block(k, padded.data(), static_cast<int>(padded.rows()));
    }
}

inline Eigen::VectorXd solved(BlockCholesky& cholesky, const Eigen::VectorXd& b) {
  Eigen::VectorXd x(b.size());
  REQUIRE(cholesky.solve(b.data(), x.data()) == LinearStatus::ok);
  return x;
}

inline double log_determinant(const Eigen::MatrixXd& A) {
  return 2.0 * A.llt().matrixL().toDenseMatrix().diagonal().array().log().sum();
}

/// A pose graph's kind of system, heavy enough for several threads; no dense copy.
struct Large {
  BlockPattern pattern = uniform(1728, 6, cube(12));
  BlockSystem system;
  Large() {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> value(-1.0, 1.0);
    for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
      for (std::int64_t k = pattern.column_start[c]; k < pattern.column_start[c + 1]; ++k) {
        system.blocks.push_back(Eigen::MatrixXd::NullaryExpr(6, 6, [&] { return value(random); }));
        if (k == pattern.column_start[c]) system.blocks.back().diagonal().array() += 40.0;
      }
  }
};

inline BlockPattern chain() { return uniform(20, 3, band(20, 1)); }

}  // namespace thalweg::test
