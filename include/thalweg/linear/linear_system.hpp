// Linear systems and least squares, by any method or the one that suits.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/linear/iterative.hpp>
#include <thalweg/linear/preconditioner.hpp>
#include <thalweg/linear/sparse_matrix.hpp>

namespace thalweg::inline v0_1 {

enum class LinearMethod {
  automatic,  ///< iterations where they show full rank at once; else the first of cholesky, ldlt or lu, qr that suits
  lu,         ///< partial pivoting
  qr,         ///< of any shape; of a lower rank the answer of least norm
  cholesky,   ///< our own
  ldlt,       ///< of symmetric matrices that are not definite
  cholmod,    ///< Cholesky by CHOLMOD, to compare with
  jacobi,     ///< these three: splittings
  gauss_seidel,
  sor,
  gradient_descent,  ///< to compare with: no way to solve a linear system
  cg,
  pcg,  ///< with a preconditioner
  minres,
  gmres,
  lsqr,
  lsmr
};
std::string_view to_string(LinearMethod);
/// Throws Error listing what there is.
LinearMethod parse_linear_method(std::string_view);
/// All but `automatic`.
std::span<const LinearMethod> all_linear_methods();
bool is_iterative(LinearMethod);

struct LinearOptions {
  LinearMethod method = LinearMethod::automatic;
  /// Of pcg, minres, gmres. `automatic`: of pcg and gmres as PreconditionerKind says, of minres none.
  PreconditionerKind preconditioner = PreconditionerKind::automatic;
  IterationOptions iterations;
  bool refine = true;  ///< direct answers, with residuals in twice the precision
  /// Bytes that a sparse Cholesky factor may take before `automatic` prefers PCG. 0: half of the memory that is free.
  std::int64_t memory = 0;
  int threads = 0;  ///< of our sparse Cholesky; 0: as many as the machine has
};

struct LinearSolution {
  std::vector<double> x;
  bool solved = false;  ///< direct: the backward error is at most 1e-12; iterative: within the tolerance
  LinearMethod method = LinearMethod::automatic;
  std::string form;        ///< "dense", "sparse"; of iterative methods the preconditioner, or nothing
  std::string reason;      ///< why this method
  std::string ending;      ///< how it ended, for people
  std::int64_t rank = -1;  ///< to rounding; −1: the method does not tell
  double backward_error = std::numeric_limits<double>::quiet_NaN();  ///< see direct/refinement.hpp's formula
  double residual_norm = std::numeric_limits<double>::quiet_NaN();   ///< ‖b − Ax‖₂
  /// Of direct methods ‖A‖₁ ‖A⁻¹‖₁ (of QR of its triangle), from below, usually within a factor of 3 (Hager 1984); of a
  /// lower rank that of what is left. Of CG from its Ritz values; else NaN.
  double condition = std::numeric_limits<double>::quiet_NaN();
  std::int64_t iterations = 0;  ///< of iterative methods; of direct ones corrections by refinement
  std::int64_t factor_nonzeros = 0;
  std::vector<LinearRecord> trace;
  std::vector<std::string> notes;
  struct Seconds {
    double factor = 0.0;  ///< or preconditioner
    double solve = 0.0;   ///< iterations, refinement
    double total = 0.0;   ///< with tries that failed, condition and backward error
  } seconds;
};

/// Solves A x = b, or min ‖Ax − b‖ where A is not square or has not full rank to rounding. b: A.rows numbers. Throws
/// Error for sizes that do not match, numbers that are not finite, and a method that cannot take A, saying which can.
LinearSolution solve_linear(const SparseMatrix& A, std::span<const double> b, const LinearOptions& options = {});

}  // namespace thalweg::inline v0_1
