// Our sparse matrices as Eigen's, whose indices are 32-bit: its orderings know no others.
#pragma once

#include <limits>
#include <string>

#include <Eigen/SparseCore>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1 {

using EigenSparse = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;

/// Throws Error for more than 2³¹ − 1 rows, columns or entries.
inline EigenSparse eigen_sparse(const SparseMatrix& A) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  if (A.rows > most || A.columns > most || A.nonzeros() > most)
    throw Error("a matrix of " + std::to_string(A.nonzeros()) +
                " entries is too large for this method; expected at most 2147483647, or an iterative method");
  EigenSparse M(static_cast<int>(A.rows), static_cast<int>(A.columns));
  M.resizeNonZeros(static_cast<int>(A.nonzeros()));
  for (std::size_t c = 0; c < A.column_start.size(); ++c) M.outerIndexPtr()[c] = static_cast<int>(A.column_start[c]);
  for (std::size_t k = 0; k < A.row.size(); ++k) {
    M.innerIndexPtr()[k] = static_cast<int>(A.row[k]);
    M.valuePtr()[k] = A.value[k];
  }
  return M;
}

inline Eigen::MatrixXd eigen_dense(const SparseMatrix& A) {
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(A.rows, A.columns);
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      M(A.row[static_cast<std::size_t>(k)], c) = A.value[static_cast<std::size_t>(k)];
  return M;
}

}  // namespace thalweg::inline v0_1
