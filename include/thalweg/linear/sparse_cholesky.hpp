// Sparse Cholesky by CHOLMOD: the reference that our own block Cholesky must agree with.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <thalweg/linear/block_matrix.hpp>
#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::inline v0_1 {

/// Whether this build can factorise with CHOLMOD (CMake: -DTHALWEG_CHOLMOD=ON). Without it SparseCholesky is declared
/// but not defined, and the targets' definition THALWEG_CHOLMOD is 0 instead of 1.
bool sparse_cholesky_available();
/// Loads CHOLMOD, with the BLAS that it needs, unless that is done. Every SparseCholesky and the ordering metis do it
/// by themselves; a process that uses neither has no BLAS. Nothing happens in a build without CHOLMOD. Throws Error
/// where the library is not found.
void load_sparse_cholesky();

/// What this build has, with versions, for instance "CHOLMOD 3.0.14 on OpenBLAS 0.3.21", or "CHOLMOD 3.0.14 (not
/// loaded)" before the first use; empty when none.
std::string sparse_cholesky_libraries();

/// In what order the block columns are eliminated. `amd`: approximate minimum degree (Amestoy, Davis & Duff 1996).
/// `metis`: nested dissection (Karypis & Kumar 1998). `natural`: as they come. `automatic`: amd, and where its
/// factor is heavy metis too; the one with fewer flops is taken (Facts::ordering says which).
enum class Ordering { automatic, amd, metis, natural };

/// A = LLᵀ of a symmetric positive definite block matrix: analyze once per pattern; then set_block, factor and solve
/// as often as the numbers change. Orderings work on the graph of blocks and are then expanded to scalars.
///
/// The same numbers give the same bits, on however many threads the application runs: OpenBLAS and OpenMP are held at
/// one thread while factor and solve run. That of OpenBLAS is a setting of the process, which it does not keep per
/// thread: others who call it at the same moment see one thread too; the last of ours to leave restores it. One object
/// serves one thread at a time; different objects are independent.
///
/// What is allocated after the first use: by factor() the largest update matrix of a supernode, by a simplicial solve
/// four vectors; both are CHOLMOD's, nothing is ours.
///
/// METIS draws from the C library's rand() after seeding it, so `metis` and `automatic` may leave rand() reseeded.
class SparseCholesky {
 public:
  /// `automatic` goes by flops per number of L.
  enum class Method { automatic, simplicial, supernodal };
  struct Facts {
    std::int64_t order = 0;            // scalar rows
    std::int64_t entries = 0;          // of A's lower triangle
    std::int64_t factor_nonzeros = 0;  // of L, without the zeros that supernodes store
    double flops = 0.0;      // additions and multiplications of one factorisation, Σ over columns of (nonzeros)²
    std::int64_t bytes = 0;  // foreseen at the peak of factor(): A, its map, L, workspaces
    Ordering ordering = Ordering::natural;  // never automatic
    bool supernodal = false;                // dense kernels on supernodes, otherwise simplicial: column by column
  };

  SparseCholesky();
  ~SparseCholesky();
  SparseCholesky(SparseCholesky&&) noexcept;
  SparseCholesky& operator=(SparseCholesky&&) noexcept;

  /// Orders and analyses; sets all blocks to zero and allocates A but not yet L. `fatal`: out of memory, or larger than
  /// 64-bit sizes can say. Throws Error when the pattern contradicts itself.
  LinearStatus analyze(const BlockPattern& pattern, Ordering ordering = Ordering::automatic,
                       Method method = Method::automatic);
  /// Known after an analysis that was ok, before any memory for numbers of L is taken.
  const Facts& facts() const;

  /// The numbers of block k of the pattern: dimension[row[k]] × dimension[column], column major; of a diagonal block
  /// only the lower triangle is read. Calls for different k may run in parallel. Throws Error for a k that is not there
  /// or a leading dimension smaller than the rows.
  void set_block(std::int64_t k, const double* column_major, int leading_dimension);

  /// `retry`: not positive definite to rounding, that is, of a matrix of order n a pivot of at most 4√n ε times the
  /// diagonal entry that it began as (a test that scaling rows and columns does not change). `fatal`: a number of A is
  /// not finite, or out of memory. After either, new numbers may be set and factor called again. Throws Error without
  /// an analysis.
  LinearStatus factor();

  /// Solves AX = B for `columns` right-hand sides, each facts().order long, one after the other; X may be B. `retry`: a
  /// result is not finite, `fatal`: out of memory. Throws Error unless the last factor() was ok.
  LinearStatus solve(const double* b, double* x, std::int64_t columns = 1);
  /// log det A. Throws Error unless the last factor() was ok.
  double log_determinant() const;
  /// Columns of A⁻¹ (scalar indices), one after the other, facts().order × columns.size(): what covariances need.
  LinearStatus inverse_columns(std::span<const std::int64_t> columns, double* x);

  /// The most memory that CHOLMOD and this object held during the last factor(), in bytes.
  std::int64_t peak_bytes() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace thalweg::inline v0_1
