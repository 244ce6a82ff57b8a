// Sparse matrices of any shape, in compressed columns.
#pragma once

#include <cstdint>
#include <vector>

namespace thalweg::inline v0_1 {

struct MatrixEntry {
  std::int64_t row = 0, column = 0;
  double value = 0.0;
};

/// The entries of column c are at the places column_start[c] ≤ k < column_start[c + 1]: value[k] in row[k], rows
/// ascending. A dense matrix is one whose entries are all there.
struct SparseMatrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> column_start = {0};  ///< one more than there are columns
  std::vector<std::int64_t> row;
  std::vector<double> value;

  std::int64_t nonzeros() const { return static_cast<std::int64_t>(row.size()); }
  /// y = A x, x: columns, y: rows.
  void multiply(const double* x, double* y) const;
  /// y = Aᵀ x, x: rows, y: columns.
  void multiply_transposed(const double* x, double* y) const;
  SparseMatrix transposed() const;
  /// Whether A is square and equal to Aᵀ, to the bit.
  bool is_symmetric() const;
  /// Of min(rows, columns) entries; 0 where none is stored.
  std::vector<double> diagonal() const;
  double one_norm() const;        ///< the largest sum of a column's magnitudes
  double infinity_norm() const;   ///< the largest sum of a row's
  double frobenius_norm() const;  ///< √Σ a², without overflow

  /// Throws Error where the members contradict each other or what is said above, or a value is not finite.
  void validate() const;
};

/// Entries in any order; those of one place are added. Throws Error for one outside the matrix.
SparseMatrix sparse_matrix(std::int64_t rows, std::int64_t columns, const std::vector<MatrixEntry>& entries);

}  // namespace thalweg::inline v0_1
