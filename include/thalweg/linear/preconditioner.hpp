// Approximate inverses that speed up iterative methods.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1 {

class Preconditioner {
 public:
  virtual ~Preconditioner() = default;
  /// z = M⁻¹ r, where M is near A; both have as many numbers as A has rows.
  virtual void apply(const double* r, double* z) const = 0;
};

enum class PreconditionerKind {
  automatic,            ///< incomplete Cholesky where A is symmetric with a positive diagonal, else incomplete LU
  none,                 ///< M = I
  jacobi,               ///< the diagonal
  block_jacobi,         ///< its blocks of 8 neighbours
  incomplete_cholesky,  ///< LLᵀ on A's own pattern, the diagonal raised until that exists (Lin & Moré 1999)
  incomplete_lu         ///< LU without the small entries (ILUT, Saad 1994)
};
std::string_view to_string(PreconditionerKind);
/// Throws Error listing what there is.
PreconditionerKind parse_preconditioner(std::string_view);

/// What `automatic` stands for: incomplete_cholesky or incomplete_lu.
PreconditionerKind suitable_preconditioner(const SparseMatrix& A);

/// Null for `none`. Throws Error where A is not square, lacks what the kind needs (a positive diagonal for incomplete
/// Cholesky, one without zeros for Jacobi) or where none was found.
std::unique_ptr<Preconditioner> make_preconditioner(const SparseMatrix& A, PreconditionerKind kind);

}  // namespace thalweg::inline v0_1
