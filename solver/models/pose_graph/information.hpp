// Information matrices as lists of numbers: the upper triangle by rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace thalweg::inline v0_1::graph {

constexpr int triangle(int n) { return n * (n + 1) / 2; }
/// The place of entry (i, j), i ≤ j, of an n × n matrix in its list.
constexpr int place(int n, int i, int j) { return i * n - i * (i - 1) / 2 + j - i; }

/// U with Ω = Uᵀ U, upper triangle by rows like Ω; a row of zeros where Ω is singular. False when Ω is indefinite, by
/// more than files round their numbers, or not finite.
inline bool square_root(int n, const double* omega, double* U) {
  // A pivot below `rounding` of its diagonal entry is zero; `printed` allows for numbers written with six digits.
  constexpr double rounding = 1e-14, printed = 1e-5;
  for (int i = 0; i < n; ++i) {
    const double own = omega[place(n, i, i)];
    for (int j = i; j < n; ++j) {
      double s = omega[place(n, i, j)];
      for (int k = 0; k < i; ++k) s -= U[place(n, k, i)] * U[place(n, k, j)];
      if (i == j) {
        if (!(s >= -printed * own) || !(own >= 0.0) || !(own <= std::numeric_limits<double>::max())) return false;
        U[place(n, i, i)] = s > rounding * own ? std::sqrt(s) : 0.0;
      } else if (U[place(n, i, i)] > 0.0) {
        U[place(n, i, j)] = s / U[place(n, i, i)];
      } else {
        // Of a semidefinite matrix the rest of the row is zero, too.
        if (!(std::abs(s) <= printed * std::sqrt(own * std::max(omega[place(n, j, j)], 0.0)))) return false;
        U[place(n, i, j)] = 0.0;
      }
    }
  }
  return true;
}

/// Entries of information above it are refused: their products with squares of errors would leave the range of doubles.
inline constexpr double largest_information = 1e150;

/// square_root() of the information of measurement i. Throws Error where it is indefinite or too large: "the
/// information of edge 3 is indefinite".
void root_of_information(int n, const double* omega, double* U, const char* what, std::size_t i);

}  // namespace thalweg::inline v0_1::graph
