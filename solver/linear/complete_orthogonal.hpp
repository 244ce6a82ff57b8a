// Minimum-norm solutions of rank-deficient triangular systems.
#pragma once

#include <thalweg/base/aligned.hpp>

namespace thalweg::inline v0_1 {

/// Of all δ that minimise ‖Rδ + c‖, the one with the least ‖Dδ‖. R: n × n, upper triangular, with c beside it as column
/// n; D: n, positive; δ: n. R's columns are scaled to unit length before its rank is judged: pivots up to `tolerance`
/// count as zero, whatever the units of the parameters. Complete orthogonal decomposition (Golub & Van Loan, Matrix
/// Computations, 4th ed., section 5.5.2), about (10/3)n³.
void minimum_norm_solution(const DenseMatrix& R, const double* D, double tolerance, double* step);

}  // namespace thalweg::inline v0_1
