// Linear least squares within bounds, exactly.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1 {

struct BoundedSolution {
  std::vector<double> x;
  /// −1: at its lower bound, 1: at its upper one, 0: between them.
  std::vector<int> at_bound;
  std::vector<double> gradient;  ///< Aᵀ(Ax − b): ≥ 0 at lower bounds, ≤ 0 at upper ones, 0 between them
  double residual_norm = 0.0;
  std::int64_t iterations = 0;  ///< least-squares problems solved
  bool solved = false;          ///< the signs of the gradient are right to rounding
  std::string ending;
};

/// min ‖Ax − b‖ within lower ≤ x ≤ upper, by active sets: components between their bounds minimise alone, by QR; one
/// that leaves its bounds is held there, one whose gradient points inwards is freed (Lawson & Hanson 1974, chapter 23,
/// for lower = 0 and upper = ∞; Stark & Parker 1995 for both bounds). The answer is exact to rounding, where interior
/// methods stop short of it. Dense: a QR factorisation of A's free columns in each iteration, of which there are about
/// twice as many as components off their bounds. Where the columns depend on each other it is one of several
/// minimisers. Throws Error for sizes that do not match, bounds that cross or are NaN, and numbers that are not finite.
BoundedSolution bounded_least_squares(const SparseMatrix& A, std::span<const double> b, std::span<const double> lower,
                                      std::span<const double> upper);
/// The same with lower = 0 and upper = ∞.
BoundedSolution nonnegative_least_squares(const SparseMatrix& A, std::span<const double> b);

}  // namespace thalweg::inline v0_1
