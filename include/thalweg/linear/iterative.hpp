// Iterative methods for Ax = b and min ‖Ax − b‖.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <thalweg/linear/linear_operator.hpp>
#include <thalweg/linear/preconditioner.hpp>

namespace thalweg::inline v0_1 {

/// One iteration. `residual` is ‖b − Ax‖ / ‖b‖ as the method's recurrence has it; `gradient` is ‖Aᵀ(b − Ax)‖ / (‖A‖
/// ‖b − Ax‖) with the Frobenius norm of A as the method estimates it, NaN but for LSQR and LSMR.
struct LinearRecord {
  std::int64_t iteration = 0;
  double residual = 0.0, gradient = std::numeric_limits<double>::quiet_NaN(), seconds = 0.0;
};

struct IterationOptions {
  double tolerance = 1e-10;         ///< of `residual`, and of `gradient` where there is one: whichever is met first
  double gradient_reduction = 0.0;  ///< of LSQR and LSMR: ends, too, where ‖Aᵀ(b − Ax)‖ is this part of what it was
                                    ///< at the start; 0: never
  std::int64_t max_iterations = 0;                         ///< 0: 10 n, at least 1000, n the number of columns
  int restart = 50;                                        ///< of GMRES: directions that are kept
  double relaxation = 1.5;                                 ///< of SOR, in (0, 2)
  std::function<bool(const LinearRecord&)> callback = {};  ///< after each iteration; false: stop
  bool record = true;                                      ///< keep the trace

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

struct IterationOutcome {
  enum class Status {
    converged,
    limit,      ///< of iterations
    diverged,   ///< the residual grew beyond 1e8 times the first, or is not finite
    breakdown,  ///< the method divides by zero: A is not what it supposes
    stopped     ///< by the callback, or a CancellationScope
  };
  Status status = Status::limit;
  std::string reason;
  std::int64_t iterations = 0;
  std::vector<LinearRecord> trace;  ///< from the start, iteration 0, on
  /// ‖A‖₂ ‖A⁻¹‖₂ from below, from the Ritz values of conjugate gradients without a preconditioner; else NaN.
  double condition = std::numeric_limits<double>::quiet_NaN();
};

/// All of these begin at x, which they overwrite, and allocate a few vectors. The cost of an iteration is one product
/// with A unless said otherwise. A is square but for LSQR and LSMR; throws Error where it is not.

/// Symmetric positive definite A: at most n iterations in exact arithmetic, the error in the norm of A at least by (√κ
/// − 1)/(√κ + 1) in each (Hestenes & Stiefel 1952; Saad 2003, algorithms 6.18 and 9.1, (6.128)). M: null, or symmetric
/// positive definite.
IterationOutcome conjugate_gradients(const LinearOperator& A, const double* b, double* x, const Preconditioner* M = {},
                                     const IterationOptions& options = {});
/// The same A, down the residual with exact steps: the error in the norm of A by (κ − 1)/(κ + 1) in each (Saad 2003,
/// algorithm 5.2, theorem 5.9).
IterationOutcome gradient_descent(const LinearOperator& A, const double* b, double* x,
                                  const IterationOptions& options = {});
/// Symmetric A, definite or not: the least ‖b − Ax‖ of the Krylov space (Paige & Saunders 1975). M as above.
IterationOutcome minres(const LinearOperator& A, const double* b, double* x, const Preconditioner* M = {},
                        const IterationOptions& options = {});
/// Any A: the least ‖b − Ax‖ of the Krylov space of A M⁻¹, begun anew every `restart` iterations (Saad & Schultz 1986;
/// Saad 2003, algorithm 9.5). An iteration costs 4 n restart flops on the average on top.
IterationOutcome gmres(const LinearOperator& A, const double* b, double* x, const Preconditioner* M = {},
                       const IterationOptions& options = {});
/// Any shape: least squares, from x = 0 those of least norm, as conjugate gradients on AᵀA would find them (Paige &
/// Saunders 1982). Two products.
IterationOutcome lsqr(const LinearOperator& A, const double* b, double* x, const IterationOptions& options = {});
/// The same as MINRES would: ‖Aᵀr‖ falls in every iteration (Fong & Saunders 2011). Two products.
IterationOutcome lsmr(const LinearOperator& A, const double* b, double* x, const IterationOptions& options = {});

/// Splittings A = D − E − F by rows, D the diagonal, −E below and −F above it (Saad 2003, section 4.1). Jacobi: x ← D⁻¹
/// (b + (E + F) x); Gauss-Seidel: (D − E) x ← b + F x; SOR relaxed by ω: x ← (1 − ω) x + ω (D − E)-solve. Throw Error
/// where the diagonal has a zero.
IterationOutcome jacobi(const SparseMatrix& A, const double* b, double* x, const IterationOptions& options = {});
IterationOutcome gauss_seidel(const SparseMatrix& A, const double* b, double* x, const IterationOptions& options = {});
IterationOutcome successive_overrelaxation(const SparseMatrix& A, const double* b, double* x,
                                           const IterationOptions& options = {});

}  // namespace thalweg::inline v0_1
