// Information matrices as lists of numbers: the upper triangle by rows.
#pragma once

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1::graph {

constexpr int triangle(int n) { return n * (n + 1) / 2; }
/// The place of entry (i, j), i ≤ j, of an n × n matrix in its list.
constexpr int place(int n, int i, int j) { return i * n - i * (i - 1) / 2 + j - i; }

/// U with Ω = Uᵀ U, upper triangle by rows like Ω. False when Ω is not positive definite to rounding.
inline bool square_root(int n, const double* omega, double* U) {
  constexpr double rounding = 1e-14;
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) {
      double s = omega[place(n, i, j)];
      for (int k = 0; k < i; ++k) s -= U[place(n, k, i)] * U[place(n, k, j)];
      if (i == j) {
        if (!(s > rounding * omega[place(n, i, i)]) || !std::isfinite(s)) return false;
        U[place(n, i, i)] = std::sqrt(s);
      } else {
        U[place(n, i, j)] = s / U[place(n, i, i)];
      }
    }
  return true;
}

}  // namespace thalweg::inline v0_1::graph
