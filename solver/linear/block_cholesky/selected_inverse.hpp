// The blocks of A⁻¹ where L has blocks.
#pragma once

#include <cstdint>
#include <vector>

#include <linear/block_cholesky/numeric.hpp>

namespace thalweg::inline v0_1::block_cholesky {

class SelectedInverse {
 public:
  /// From the last supernode to the first (Takahashi, Fagan & Chin 1973). Throws std::bad_alloc.
  template <class T>
  void compute(const Symbolic& symbolic, const Plan& plan, const Numeric<T>& factor);

  /// Block (a, b), numbered in the order of elimination, column major. False: L has none there.
  bool block(const Symbolic& symbolic, std::int32_t a, std::int32_t b, double* out, int leading_dimension) const;

 private:
  std::vector<std::int64_t> start_;      // of each supernode its rows (columns first) × columns
  std::vector<std::int32_t> supernode_;  // of each block column
  std::vector<double> values_;
  std::vector<double> below_;  // of the rows below a supernode, with themselves

  void gather(const Symbolic& symbolic, std::int32_t s);
};

}  // namespace thalweg::inline v0_1::block_cholesky
