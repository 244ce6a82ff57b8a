// Linear systems to test and time on: of each kind that the automatic choice tells apart.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Dense>
#include <thalweg/linear/sparse_matrix.hpp>

namespace test_support {

using thalweg::MatrixEntry, thalweg::SparseMatrix, thalweg::sparse_matrix;
using Entries = std::vector<MatrixEntry>;

/// −Δ on an n × n grid with zero boundary values, by the five-point star: eigenvalues 4 − 2 cos(jπh) − 2 cos(kπh), h =
/// 1 / (n + 1). With `wind` ≠ 0 upwind convection along x beside it: not symmetric.
inline SparseMatrix poisson_2d(std::int64_t n, double wind = 0.0) {
  Entries e;
  for (std::int64_t y = 0; y < n; ++y)
    for (std::int64_t x = 0; x < n; ++x) {
      const std::int64_t i = y * n + x;
      e.push_back({i, i, 4.0 + wind});
      if (x > 0) e.push_back({i, i - 1, -1.0 - wind});
      if (x + 1 < n) e.push_back({i, i + 1, -1.0});
      if (y > 0) e.push_back({i, i - n, -1.0});
      if (y + 1 < n) e.push_back({i, i + n, -1.0});
    }
  return sparse_matrix(n * n, n * n, e);
}

inline SparseMatrix poisson_3d(std::int64_t n) {
  Entries e;
  const auto at = [n](std::int64_t x, std::int64_t y, std::int64_t z) { return (z * n + y) * n + x; };
  for (std::int64_t z = 0; z < n; ++z)
    for (std::int64_t y = 0; y < n; ++y)
      for (std::int64_t x = 0; x < n; ++x) {
        e.push_back({at(x, y, z), at(x, y, z), 6.0});
        const auto both = [&](std::int64_t i, std::int64_t j) {
          e.push_back({i, j, -1.0});
          e.push_back({j, i, -1.0});
        };
        if (x > 0) both(at(x, y, z), at(x - 1, y, z));
        if (y > 0) both(at(x, y, z), at(x, y - 1, z));
        if (z > 0) both(at(x, y, z), at(x, y, z - 1));
      }
  return sparse_matrix(n * n * n, n * n * n, e);
}

/// The Laplacian of a ring with `chords` random chords per vertex, plus `shift` on its diagonal. Without a shift its
/// rank is n − 1.
inline SparseMatrix graph_laplacian(std::int64_t n, double chords, double shift, unsigned seed) {
  std::mt19937 random(seed);
  Entries e;
  const auto edge = [&](std::int64_t i, std::int64_t j) {
    if (i == j) return;
    e.push_back({i, i, 1.0});
    e.push_back({j, j, 1.0});
    e.push_back({i, j, -1.0});
    e.push_back({j, i, -1.0});
  };
  for (std::int64_t i = 0; i < n; ++i) {
    edge(i, (i + 1) % n);
    e.push_back({i, i, shift});
  }
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(chords * static_cast<double>(n)); ++k)
    edge(static_cast<std::int64_t>(random() % static_cast<unsigned>(n)),
         static_cast<std::int64_t>(random() % static_cast<unsigned>(n)));
  return sparse_matrix(n, n, e);
}

inline SparseMatrix of_dense(const Eigen::MatrixXd& M) {
  Entries e;
  for (Eigen::Index c = 0; c < M.cols(); ++c)
    for (Eigen::Index r = 0; r < M.rows(); ++r) e.push_back({r, c, M(r, c)});
  return sparse_matrix(M.rows(), M.cols(), e);
}

/// 1 / (i + j + 1): condition numbers 1.6e4, 1.5e7, 1.5e10, 1.6e13 and 1.7e16 for n = 4, 6, 8, 10 and 12.
inline SparseMatrix hilbert(std::int64_t n) {
  Eigen::MatrixXd M(n, n);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) M(i, j) = 1.0 / static_cast<double>(i + j + 1);
  return of_dense(M);
}

/// Numbers between −1 and 1 that are the same with every standard library.
inline Eigen::MatrixXd noise(Eigen::Index rows, Eigen::Index columns, unsigned seed) {
  std::mt19937 random(seed);
  Eigen::MatrixXd M(rows, columns);
  for (Eigen::Index c = 0; c < columns; ++c)
    for (Eigen::Index r = 0; r < rows; ++r) M(r, c) = static_cast<double>(random()) * 0x1p-31 - 1.0;
  return M;
}

/// U S Vᵀ with `rank` singular values from 1 down to 1 / condition; symmetric: V = U, and with `signs` every second
/// value below zero.
inline SparseMatrix of_condition(Eigen::Index rows, Eigen::Index columns, Eigen::Index rank, double condition,
                                 unsigned seed, bool symmetric = false, bool signs = false) {
  const auto orthonormal = [&](Eigen::Index n, unsigned s) -> Eigen::MatrixXd {
    return Eigen::HouseholderQR<Eigen::MatrixXd>(noise(n, n, s)).householderQ() * Eigen::MatrixXd::Identity(n, rank);
  };
  const Eigen::MatrixXd U = orthonormal(rows, seed), V = symmetric ? U : orthonormal(columns, seed + 1);
  Eigen::VectorXd values(rank);
  for (Eigen::Index k = 0; k < rank; ++k) {
    const double part = rank > 1 ? static_cast<double>(k) / static_cast<double>(rank - 1) : 0.0;
    values(k) = std::pow(condition, -part) * (signs && k % 2 == 1 ? -1.0 : 1.0);
  }
  Eigen::MatrixXd M = U * values.asDiagonal() * V.transpose();
  if (symmetric) M = (0.5 * (M + M.transpose())).eval();
  return of_dense(M);
}

/// `each` entries per column besides a diagonal that keeps it regular.
inline SparseMatrix random_sparse(std::int64_t rows, std::int64_t columns, int each, unsigned seed) {
  std::mt19937 random(seed);
  Entries e;
  for (std::int64_t c = 0; c < columns; ++c) {
    e.push_back({c % rows, c, 3.0 + static_cast<double>(random()) * 0x1p-32});
    for (int k = 0; k < each; ++k)
      e.push_back({static_cast<std::int64_t>(random() % static_cast<unsigned>(rows)), c,
                   static_cast<double>(random()) * 0x1p-31 - 1.0});
  }
  return sparse_matrix(rows, columns, e);
}

/// [H Bᵀ; B 0], as constraints make them: H of n springs, B of m sums of neighbours.
inline SparseMatrix saddle_point(std::int64_t n, std::int64_t m) {
  Entries e;
  for (std::int64_t i = 0; i < n; ++i) {
    e.push_back({i, i, 2.0 + 1.0 / static_cast<double>(i + 1)});
    if (i + 1 < n) {
      e.push_back({i, i + 1, -1.0});
      e.push_back({i + 1, i, -1.0});
    }
  }
  for (std::int64_t k = 0; k < m; ++k)
    for (const std::int64_t i : {k * (n / m), k * (n / m) + 1}) {
      e.push_back({n + k, i, 1.0});
      e.push_back({i, n + k, 1.0});
    }
  return sparse_matrix(n + m, n + m, e);
}

struct NamedSystem {
  std::string name;
  std::function<SparseMatrix()> matrix;
  double condition = 1e6;  ///< at most; of what is determined
  std::int64_t rank = -1;  ///< −1: full
};

/// Forty of them.
inline std::vector<NamedSystem> linear_systems() {
  std::vector<NamedSystem> all;
  const auto add = [&](std::string name, std::function<SparseMatrix()> matrix, double condition = 1e6,
                       std::int64_t rank = -1) {
    all.push_back({std::move(name), std::move(matrix), condition, rank});
  };
  for (const std::int64_t n : {10, 30, 60, 100})
    add("Poisson 2-D, " + std::to_string(n), [n] { return poisson_2d(n); });
  for (const std::int64_t n : {8, 14, 20}) add("Poisson 3-D, " + std::to_string(n), [n] { return poisson_3d(n); });
  for (const std::int64_t n : {100, 1000, 5000})
    add("graph Laplacian + 0.1, " + std::to_string(n), [n] { return graph_laplacian(n, 1.0, 0.1, 7); });
  for (const std::int64_t n : {50, 300, 1000})
    add(
        "graph Laplacian, " + std::to_string(n), [n] { return graph_laplacian(n, 0.5, 0.0, 8); }, 1e6, n - 1);
  for (const std::int64_t n : {4, 6, 8, 10})
    add(
        "Hilbert, " + std::to_string(n), [n] { return hilbert(n); }, 2e13);
  for (const std::int64_t n : {50, 500, 3000})
    add(
        "random sparse, " + std::to_string(n), [n] { return random_sparse(n, n, 4, 9); }, 1e8);
  for (const double c : {1e6, 1e10, 1e14}) {
    add(
        "symmetric, condition " + std::to_string(c), [c] { return of_condition(60, 60, 60, c, 10, true); }, c);
    add(
        "general, condition " + std::to_string(c), [c] { return of_condition(60, 60, 60, c, 12); }, c);
  }
  add(
      "rank 20 of 30 × 30", [] { return of_condition(30, 30, 20, 1e3, 14); }, 1e3, 20);
  add(
      "rank 20 of 30 × 30, symmetric", [] { return of_condition(30, 30, 20, 1e3, 15, true); }, 1e3, 20);
  add(
      "rank 25 of 60 × 40", [] { return of_condition(60, 40, 25, 1e3, 16); }, 1e3, 25);
  add(
      "rank 25 of 40 × 60", [] { return of_condition(40, 60, 25, 1e3, 18); }, 1e3, 25);
  add(
      "indefinite, 80", [] { return of_condition(80, 80, 80, 1e4, 20, true, true); }, 1e4);
  add(
      "indefinite, 200", [] { return of_condition(200, 200, 200, 1e8, 22, true, true); }, 1e8);
  add("saddle point, 90 + 10", [] { return saddle_point(90, 10); });
  add("saddle point, 2000 + 200", [] { return saddle_point(2000, 200); });
  add("convection 30", [] { return poisson_2d(30, 2.0); });
  add("convection 60", [] { return poisson_2d(60, 5.0); });
  add(
      "least squares 100 × 20", [] { return of_condition(100, 20, 20, 1e4, 24); }, 1e4);
  add("least squares 2000 × 300, sparse", [] { return random_sparse(2000, 300, 5, 26); });
  add(
      "least norm 20 × 100", [] { return of_condition(20, 100, 20, 1e4, 28); }, 1e4);
  add("least norm 300 × 2000, sparse", [] { return random_sparse(300, 2000, 3, 30); });
  return all;
}

}  // namespace test_support
