// Dense QR: the accurate choice for few columns. The error of δ grows with cond(J), not with its square.
#pragma once

#include <vector>

#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::inline v0_1 {

/// Householder QR of [J r] once per linearisation; each damping is absorbed by a second, n-row QR of [R; √λ D]
/// (Moré 1978, section 3). Cost 2mn² per linearisation, (4/3)n³ per damping.
class DenseQr final : public LinearSolver {
 public:
  std::string_view name() const override { return "dense-qr"; }
  LinearStatus linearize(const DenseMatrix& J, const double* r, std::span<const char> held) override;
  std::span<const double> gradient() const override { return gradient_; }
  std::span<const double> column_norms() const override { return column_norms_; }
  LinearStatus solve(double lambda, const double* D, double* step) override;
  /// Of full rank the step of solve(), at its cost; else by a complete orthogonal decomposition of R (Golub & Van Loan,
  /// section 5.5.2), about (10/3)k³. A column counts as dependent when less than 16 ε √max(m, n) of its length is
  /// orthogonal to those before it.
  LinearStatus minimum_norm(const double* D, double* step) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override;

  /// Of the columns that are not held, in order: R, upper triangular, and beside it, as its last column, the leading
  /// entries c of Qᵀr. JᵀJ = RᵀR and Jᵀr = Rᵀc.
  const DenseMatrix& factor() const { return R_; }
  /// Columns of J that R stands for.
  std::span<const std::int64_t> free_columns() const { return free_; }

 private:
  void expand(double* step);

  DenseMatrix work_;    // J's free columns and r, reduced in place
  DenseMatrix R_;       // k × (k + 1), k free columns
  DenseMatrix damped_;  // [R; √λ D], reduced; its first k rows are the factor of JᵀJ + λD²
  std::vector<double> packed_, gradient_, column_norms_;
  std::vector<std::int64_t> free_;
};

/// Reduces the leading columns of A to upper triangular form by Householder reflections, applied to all columns.
/// R (columns × all of A's columns) receives the triangle and the rotated remaining columns; A is destroyed.
void householder_qr(DenseMatrix& A, std::int64_t columns, DenseMatrix& R);

/// Solves R x = b and Rᵀ x = b in place; R upper triangular n × n. False when a diagonal entry is zero or not finite.
bool solve_upper(const DenseMatrix& R, std::int64_t n, double* b);
bool solve_upper_transposed(const DenseMatrix& R, std::int64_t n, double* b);

}  // namespace thalweg::inline v0_1
