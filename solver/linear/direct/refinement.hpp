// Answers made better by residuals in twice the precision, and how good they are.
#pragma once

#include <linear/direct/factorization.hpp>

namespace thalweg::inline v0_1::direct {

/// b − r − A x, each sum in twice the precision and rounded once (Dekker 1971; Ogita, Rump & Oishi 2005). r: null or as
/// long as b.
Vector exact_residual(const SparseMatrix& A, const Vector& b, const Vector* r, const Vector& x);
/// −Aᵀr the same.
Vector exact_negative_gradient(const SparseMatrix& A, const Vector& r);

/// ‖b − Ax‖∞ / (‖A‖∞ ‖x‖∞ + ‖b‖∞): the least relative change of A and b of which x is the exact solution (Rigal &
/// Gaches 1967). Of least squares the lowest of it, of ‖Aᵀr‖ / (‖A‖_F ‖r‖) and, with factors, of ‖P r‖ / (‖A‖_F ‖x‖), P
/// the projection on the range of A: the first change of A makes r orthogonal to it, the second makes x the minimiser
/// (Stewart 1977; Karlson & Waldén 1997).
struct Quality {
  double backward_error, residual_norm;  // ‖b − Ax‖₂
};
Quality quality_of(const SparseMatrix& A, const Vector& b, const Vector& x, bool least_squares,
                   const Factorization* factors = nullptr);

/// Corrects x until its corrections no longer shrink by half or are rounding (Wilkinson 1963; of least squares Björck
/// 1967, with the residual as an unknown: `augmented`, of factors that can); returns how often. The error is then near
/// rounding, not only the backward error, while the condition number is below 1e15.
int refine(const SparseMatrix& A, const Factorization& factors, const Vector& b, Vector& x, bool augmented);

}  // namespace thalweg::inline v0_1::direct
