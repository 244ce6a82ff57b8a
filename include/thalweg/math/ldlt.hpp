// A = L D Lᵀ of a small symmetric matrix, unrolled (Golub & Van Loan, Matrix Computations, section 4.1). T is double,
// or a pack with a matrix in each lane.
#pragma once

#include <array>
#include <cstddef>

#include <thalweg/math/pack.hpp>
#include <thalweg/math/unroll.hpp>

namespace thalweg::inline v0_1 {

template <class T, int N>
struct Ldlt {
  /// Numbers in the lower triangle, by rows, and where row j, column k ≤ j lies.
  static constexpr int entries = N * (N + 1) / 2;
  static constexpr int entry(int j, int k) { return j * (j + 1) / 2 + k; }

  using Vector = std::array<T, static_cast<std::size_t>(N)>;
  using Triangle = std::array<T, static_cast<std::size_t>(entries)>;

  Triangle a;      ///< A, then L below the diagonal, D on it
  Vector inverse;  ///< 1/D

  T& at(int j, int k) { return a[static_cast<std::size_t>(entry(j, k))]; }
  T at(int j, int k) const { return a[static_cast<std::size_t>(entry(j, k))]; }

  /// Factors A in its place. A pivot below `least` times its diagonal entry, of an A that is singular to rounding, is
  /// put there. Returns where no pivot was: a bool, or a mask of lanes. N³/6 multiplications, N divisions.
  auto factor(double least) {
    auto regular = T(0.0) == T(0.0);
    THALWEG_UNROLL
    for (int j = 0; j < N; ++j) {
      const T diagonal = at(j, j), part = least * diagonal, floor = select(part < T(1e-300), T(1e-300), part);
      Vector scaled;
      T pivot = diagonal;
      THALWEG_UNROLL
      for (int k = 0; k < j; ++k) {
        scaled[static_cast<std::size_t>(k)] = at(j, k);
        at(j, k) *= inverse[static_cast<std::size_t>(k)];
        pivot -= scaled[static_cast<std::size_t>(k)] * at(j, k);
      }
      const auto good = pivot > floor;
      regular = regular & good;
      pivot = select(good, pivot, floor);
      at(j, j) = pivot;
      inverse[static_cast<std::size_t>(j)] = 1.0 / pivot;
      THALWEG_UNROLL
      for (int i = j + 1; i < N; ++i) THALWEG_UNROLL
      for (int k = 0; k < j; ++k) at(i, j) -= at(i, k) * at(j, k);
    }
    return regular;
  }

  /// A⁻¹ b in the place of b.
  void solve(Vector& b) const {
    THALWEG_UNROLL
    for (int j = 1; j < N; ++j) THALWEG_UNROLL
    for (int k = 0; k < j; ++k) b[static_cast<std::size_t>(j)] -= at(j, k) * b[static_cast<std::size_t>(k)];
    THALWEG_UNROLL
    for (int j = N - 1; j >= 0; --j) {
      T& x = b[static_cast<std::size_t>(j)];
      x *= inverse[static_cast<std::size_t>(j)];
      THALWEG_UNROLL
      for (int i = j + 1; i < N; ++i) x -= at(i, j) * b[static_cast<std::size_t>(i)];
    }
  }

  /// Column j of L⁻¹, from the diagonal down; entries above are left alone.
  void inverse_column(int j, Vector& column) const {
    column[static_cast<std::size_t>(j)] = T(1.0);
    for (int i = j + 1; i < N; ++i) {
      T x(0.0);
      for (int k = j; k < i; ++k) x -= at(i, k) * column[static_cast<std::size_t>(k)];
      column[static_cast<std::size_t>(i)] = x;
    }
  }

  /// The diagonal of A⁻¹: Σ over k ≥ j of (L⁻¹)ₖⱼ²/Dₖ.
  Vector inverse_diagonal() const {
    Vector result;
    for (int j = 0; j < N; ++j) {
      Vector column;
      inverse_column(j, column);
      T sum = inverse[static_cast<std::size_t>(j)];
      for (int i = j + 1; i < N; ++i)
        sum += column[static_cast<std::size_t>(i)] * column[static_cast<std::size_t>(i)] *
               inverse[static_cast<std::size_t>(i)];
      result[static_cast<std::size_t>(j)] = sum;
    }
    return result;
  }

  /// A⁻¹, its lower triangle by rows: Σ over i ≥ j of (L⁻¹)ᵢⱼ (L⁻¹)ᵢₖ/Dᵢ.
  Triangle inverse_matrix() const {
    std::array<Vector, static_cast<std::size_t>(N)> columns;
    for (int j = 0; j < N; ++j) inverse_column(j, columns[static_cast<std::size_t>(j)]);
    Triangle result;
    for (int j = 0; j < N; ++j)
      for (int k = 0; k <= j; ++k) {
        T sum(0.0);
        for (auto i = static_cast<std::size_t>(j); i < static_cast<std::size_t>(N); ++i)
          sum += columns[static_cast<std::size_t>(j)][i] * columns[static_cast<std::size_t>(k)][i] * inverse[i];
        result[static_cast<std::size_t>(entry(j, k))] = sum;
      }
    return result;
  }
};

}  // namespace thalweg::inline v0_1
