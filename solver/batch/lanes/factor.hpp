// A = L D Lᵀ of a small symmetric matrix in each lane, unrolled (Golub & Van Loan, Matrix Computations, section 4.1).
#pragma once

#include <array>

#include "batch/lanes/lanes.hpp"

namespace thalweg::inline v0_1::batch {

template <int N>
struct Factor {
  std::array<P, triangle(N)> a;  ///< A, then L below the diagonal, D on it
  Packs<N> inverse;              ///< 1/D

  P& at(int j, int k) { return a[static_cast<std::size_t>(entry(j, k))]; }
  P at(int j, int k) const { return a[static_cast<std::size_t>(entry(j, k))]; }

  /// Factors A in its place. A pivot below `least` times its diagonal entry, of an A that is singular to rounding, is
  /// put there. Returns where no pivot was.
  M factor(double least) {
    M regular = P(0.0) == P(0.0);
#pragma GCC unroll 12
    for (int j = 0; j < N; ++j) {
      const P diagonal = at(j, j), floor = max(least * diagonal, P(1e-300));
      Packs<N> scaled;
      P pivot = diagonal;
#pragma GCC unroll 12
      for (int k = 0; k < j; ++k) {
        scaled[static_cast<std::size_t>(k)] = at(j, k);
        at(j, k) *= inverse[static_cast<std::size_t>(k)];
        pivot -= scaled[static_cast<std::size_t>(k)] * at(j, k);
      }
      const M good = pivot > floor;
      regular = regular & good;
      pivot = select(good, pivot, floor);
      at(j, j) = pivot;
      inverse[static_cast<std::size_t>(j)] = 1.0 / pivot;
#pragma GCC unroll 12
      for (int i = j + 1; i < N; ++i)
#pragma GCC unroll 12
        for (int k = 0; k < j; ++k) at(i, j) -= at(i, k) * at(j, k);
    }
    return regular;
  }

  /// A⁻¹ b in the place of b.
  void solve(Packs<N>& b) const {
#pragma GCC unroll 12
    for (int j = 1; j < N; ++j)
#pragma GCC unroll 12
      for (int k = 0; k < j; ++k) b[static_cast<std::size_t>(j)] -= at(j, k) * b[static_cast<std::size_t>(k)];
#pragma GCC unroll 12
    for (int j = N - 1; j >= 0; --j) {
      P& x = b[static_cast<std::size_t>(j)];
      x *= inverse[static_cast<std::size_t>(j)];
#pragma GCC unroll 12
      for (int i = j + 1; i < N; ++i) x -= at(i, j) * b[static_cast<std::size_t>(i)];
    }
  }

  /// The diagonal of A⁻¹: Σ over k ≥ j of (L⁻¹)ₖⱼ²/Dₖ.
  Packs<N> inverse_diagonal() const {
    Packs<N> result;
    for (int j = 0; j < N; ++j) {
      Packs<N> column;
      column[static_cast<std::size_t>(j)] = P(1.0);
      P sum = inverse[static_cast<std::size_t>(j)];
      for (int i = j + 1; i < N; ++i) {
        P x(0.0);
        for (int k = j; k < i; ++k) x -= at(i, k) * column[static_cast<std::size_t>(k)];
        column[static_cast<std::size_t>(i)] = x;
        sum += x * x * inverse[static_cast<std::size_t>(i)];
      }
      result[static_cast<std::size_t>(j)] = sum;
    }
    return result;
  }
};

}  // namespace thalweg::inline v0_1::batch
