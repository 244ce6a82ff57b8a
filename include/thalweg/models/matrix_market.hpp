// Files of matrices in the Matrix Market format (Boisvert, Pozo & Remington 1996), plain or compressed by gzip or
// bzip2.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1 {

struct MatrixFile {
  SparseMatrix matrix;        ///< both triangles of a symmetric or skew-symmetric one
  std::string symmetry;       ///< as the header says it: general, symmetric, skew-symmetric
  bool dense = false;         ///< array format
  std::int64_t repeated = 0;  ///< entries of one place beyond the first, which were added
  std::int64_t comment_lines = 0;
};

/// Throws FileError for a file that is not such a matrix, one whose header does not match its entries, and fields that
/// are no real numbers (complex, pattern), by name.
MatrixFile read_matrix_market(const std::string& path);
/// The same from a text; `name` stands for the file in messages.
MatrixFile parse_matrix_market(std::string_view text, const std::string& name);
/// A matrix of one column, as its numbers. Throws FileError for more columns.
std::vector<double> read_vector_market(const std::string& path);

/// Whether the file's first bytes are those of the format.
bool looks_like_matrix_market(const std::string& path);

/// Coordinate format; `symmetric`: of a symmetric matrix, its lower triangle. Reading it gives the same bits.
std::string to_matrix_market(const SparseMatrix& A, bool symmetric = false);
/// Array format, one column.
std::string to_matrix_market(std::span<const double> x);

}  // namespace thalweg::inline v0_1
