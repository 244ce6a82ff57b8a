// Factors of a matrix whose rows and columns are of very different sizes, which are brought to one size first.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <linear/direct/factorization.hpp>

namespace thalweg::inline v0_1::direct {

/// B = R A C with diagonal R and C of powers of two, so that nothing is rounded.
struct Scaling {
  SparseMatrix matrix;  // B
  Vector rows, columns;
};

enum class Scaled { rows, columns, both, symmetrically };

/// Nothing where the largest entries of all rows, and of all columns, are within a factor of 2²⁰: rounding errors are
/// then of one size anyhow. Rows and columns in turn, or both by their roots (Ruiz 2001), to entries of at most 1.
std::optional<Scaling> scaling_of(const SparseMatrix& A, Scaled which);

/// Factors of B as those of A. The condition number of A is large where that of B need not be: judged() is B's.
std::unique_ptr<Factorization> equilibrated(const SparseMatrix& A, Scaling scaling,
                                            std::unique_ptr<Factorization> factors);

}  // namespace thalweg::inline v0_1::direct
