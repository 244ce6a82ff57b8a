// Sparse Cholesky of block matrices, our own: multifrontal, on supernodes, with kernels for narrow ones.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include <thalweg/linear/block_matrix.hpp>
#include <thalweg/linear/linear_solver.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

namespace thalweg::inline v0_1 {

struct BlockCholeskyOptions {
  /// `metis` needs a build with CHOLMOD, through which it is reached. `automatic`: amd, and where one expects to win
  /// the time back over `repetitions`, metis too, if it is there; the one with fewer flops is taken.
  Ordering ordering = Ordering::automatic;
  int repetitions = 1;  ///< how often this structure will be factored, roughly
  int threads = 1;      ///< of factor(), at most; 0: as many as the machine has. The same bits for any number.
  /// Factors in single precision, and refines each solution with residuals in double precision: half the memory, and
  /// faster where the factor is heavy; for condition numbers below about 10⁷.
  bool single_precision = false;
  /// The same where a factor takes so many flops.
  double single_precision_from = std::numeric_limits<double>::infinity();
  /// Of a refined solution, relative to its largest number: refinement ends there, or at rounding.
  double accuracy = 1e-14;
};

/// A = LLᵀ of a symmetric positive definite block matrix: analyze once per pattern; then write the blocks, factor and
/// solve as often as the numbers change. The numbers of A survive factor(), so that only changed ones need be written.
///
/// The method is multifrontal (Duff & Reid 1983; Liu 1992): block columns with one pattern form supernodes, each of
/// which is factored densely with what its children in the elimination tree have left for it. Blocks may be of any
/// sizes.
///
/// One object serves one thread at a time; different objects are independent. Nothing is allocated by factor() and
/// solve() after their first calls for a structure (and a number of right-hand sides).
class BlockCholesky {
 public:
  struct Facts {
    std::int64_t order = 0;            // scalar rows
    std::int64_t entries = 0;          // of A's lower triangle
    std::int64_t factor_nonzeros = 0;  // of L, without the zeros that supernodes store
    std::int64_t stored = 0;           // numbers stored for L, with those and with padding
    double flops = 0.0;     // additions and multiplications of one factorisation, Σ over columns of (nonzeros)²
    double executed = 0.0;  // the same of what is computed: zeros of merged supernodes are not skipped
    std::int64_t supernodes = 0;
    std::int64_t widest = 0;                // columns of the widest supernode
    std::int64_t tallest = 0;               // rows of the tallest
    std::int64_t bytes = 0;                 // foreseen at the peak of factor(): A, maps, L, update matrices
    Ordering ordering = Ordering::natural;  // never automatic
    bool single_precision = false;
  };
  /// Where the numbers of a block are written: number (r, c) to data[r · row_step + c · column_step]. One step is 1;
  /// which it is depends on the order of elimination.
  struct Slot {
    double* data;
    int row_step, column_step;
  };

  BlockCholesky();
  ~BlockCholesky();
  BlockCholesky(BlockCholesky&&) noexcept;
  BlockCholesky& operator=(BlockCholesky&&) noexcept;

  /// Orders and analyses; sets all blocks to zero and allocates A but not yet L. `fatal`: out of memory, or larger than
  /// 64-bit sizes can say. Throws Error when the pattern contradicts itself, or for an ordering that this build is
  /// without.
  LinearStatus analyze(const BlockPattern& pattern, const BlockCholeskyOptions& options = {});
  /// Known after an analysis that was ok, before any memory for numbers of L is taken.
  const Facts& facts() const;

  /// Block k of the pattern, to be written at will before factor(); of a diagonal block only the lower triangle is
  /// read. Different blocks may be written in parallel. Valid until the next analysis. k is not checked.
  Slot block_slot(std::int64_t k);
  /// Copies a block: dimension[row[k]] × dimension[column], column major; of a diagonal block only the lower triangle
  /// is read. Calls for different k may run in parallel. Throws Error for a k that is not there or a leading dimension
  /// smaller than the rows.
  void set_block(std::int64_t k, const double* column_major, int leading_dimension);

  /// `retry`: not positive definite to rounding, that is, of a matrix of order n a pivot of at most 4√n ε times the
  /// diagonal entry that it began as; indefinite_block() says where. `fatal`: a number of A is not finite, or out of
  /// memory. Throws Error without an analysis.
  LinearStatus factor();
  /// After a factor() that was retry: the block column where definiteness was lost, the first of them in the order of
  /// elimination; else −1.
  std::int32_t indefinite_block() const;

  /// Solves AX = B for `columns` right-hand sides, each facts().order long, one after the other; X may be B. `retry`: a
  /// result is not finite. `inexact`: the single precision factor was too coarse for refinement to reach 1e-11, or the
  /// accuracy that was asked for. `fatal`: out of memory. Throws Error unless the last factor() was ok.
  LinearStatus solve(const double* b, double* x, std::int64_t columns = 1);
  /// log det A. Throws Error unless the last factor() was ok.
  double log_determinant() const;

  /// Columns of A⁻¹ (scalar indices), one after the other, facts().order × columns.size(), by solves.
  LinearStatus inverse_columns(std::span<const std::int64_t> columns, double* x);
  /// The blocks of A⁻¹ where L has blocks, all at once and without solves (Takahashi, Fagan & Chin 1973; by
  /// supernodes): about twice the flops of a factorisation. Throws Error unless the last factor() was ok.
  LinearStatus invert();
  /// Block (i, j) of A⁻¹, dimension[i] × dimension[j], after invert(). False: it is not among those of L's pattern
  /// (every block of A's is, and every diagonal one); ask inverse_columns. Throws Error without an invert() since the
  /// last factor(), or for an index outside the matrix.
  bool inverse_block(std::int32_t i, std::int32_t j, double* column_major, int leading_dimension) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace thalweg::inline v0_1
