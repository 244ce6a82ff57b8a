// All methods on one linear system, and what explains their counts: the spectrum, and where the factor fills in.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <thalweg/linear/linear_system.hpp>

namespace thalweg::inline v0_1 {

struct LinearRun {
  LinearMethod method = LinearMethod::automatic;
  std::string refused;  ///< why there is no solution, or empty
  LinearSolution solution;
};

/// Eigenvalues of a symmetric matrix, singular values of another, ascending; none where A is too large.
struct Spectrum {
  enum class Kind { none, eigenvalues, singular_values } kind = Kind::none;
  std::vector<double> values;
  /// The largest magnitude over the smallest; +∞ where that is zero.
  double condition() const;
};

/// Which cells of a grid over a matrix have entries, and what part of their places; row by row.
struct PatternGrid {
  std::int64_t cells = 0;    ///< of a side
  std::vector<float> part;   ///< cells × cells
  std::int64_t entries = 0;  ///< of the whole matrix
};

/// Of a square matrix: its pattern, that of A + Aᵀ in the order of approximate minimum degree (Amestoy, Davis & Duff
/// 1996), and that of L + Lᵀ of its Cholesky factor in this order, and in the order of the file.
struct Sparsity {
  PatternGrid matrix, ordered, factor;
  std::int64_t natural_entries = 0;  ///< of L + Lᵀ without reordering
};

struct LinearComparison {
  std::vector<LinearRun> runs;
  bool symmetric = false, definite = false;  ///< definite: as the spectrum shows
  Spectrum spectrum;
  std::optional<Sparsity> sparsity;

  /// Iterations after which the error in the norm of A is at most `tolerance` of the first, as theory promises of a
  /// symmetric positive definite matrix with this spectrum: CG ½√κ ln(2/ε) (Saad 2003, (6.128)), in exact arithmetic
  /// never more than there are different eigenvalues; gradient descent ½κ ln(1/ε) (theorem 5.9). 0: no promise.
  std::int64_t promised(LinearMethod method, double tolerance) const;
};

struct LinearComparisonOptions {
  std::vector<LinearMethod> methods;  ///< empty: all
  double time_limit =
      std::numeric_limits<double>::infinity();  ///< seconds of each method; direct ones look between steps
  LinearOptions options;                        ///< its method does not matter
  std::int64_t largest_spectrum = 1000;         ///< rows and columns: 9 n³ flops
  std::int64_t largest_pattern = 20000;         ///< rows: some 10 ns per number of the factor, without an order, too
};

/// Runs them one after the other, in their order. A method that does not take the matrix is refused in words. Throws
/// Error as solve_linear does for sizes and numbers.
LinearComparison compare_linear(const SparseMatrix& A, std::span<const double> b,
                                const LinearComparisonOptions& options = {});

}  // namespace thalweg::inline v0_1
