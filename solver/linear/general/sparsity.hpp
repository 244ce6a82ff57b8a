// Where the numbers of a matrix and of its factor lie.
#pragma once

#include <thalweg/linear/linear_comparison.hpp>

namespace thalweg::inline v0_1 {

/// A: square.
Sparsity sparsity_of(const SparseMatrix& A);

}  // namespace thalweg::inline v0_1
