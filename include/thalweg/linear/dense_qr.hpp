// Dense QR: the accurate choice for few columns. The error of δ grows with cond(J), not with its square.
#pragma once

#include <vector>

#include <thalweg/linear/linear_solver.hpp>

namespace thalweg {

/// Householder QR of [J r] once per linearisation; each damping is absorbed by a second, n-row QR of [R; √λ D]
/// (Moré 1978, section 3). Cost 2mn² per linearisation, (4/3)n³ per damping.
class DenseQr final : public LinearSolver {
 public:
  std::string_view name() const override { return "dense-qr"; }
  LinearStatus linearize(const DenseMatrix& J, const double* r, std::span<const char> held) override;
  std::span<const double> gradient() const override { return gradient_; }
  std::span<const double> column_norms() const override { return column_norms_; }
  LinearStatus solve(double lambda, const double* D, double* step) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override;

  /// R, upper triangular n × n, and the first n entries c of Qᵀr: JᵀJ = RᵀR, Jᵀr = Rᵀc.
  const DenseMatrix& factor() const { return R_; }
  std::span<const double> rotated_residual() const { return c_; }

 private:
  DenseMatrix work_;   // J and r, reduced in place
  DenseMatrix R_;      // factor of J
  DenseMatrix damped_; // [R; √λ D], reduced; its first n rows are the factor of JᵀJ + λD²
  std::vector<double> c_, rotated_, gradient_, column_norms_;
  std::vector<char> held_;
};

/// Reduces the leading columns of A to upper triangular form by Householder reflections, applied to all columns.
/// R (columns × all of A's columns) receives the triangle and the rotated remaining columns; A is destroyed.
void householder_qr(DenseMatrix& A, std::int64_t columns, DenseMatrix& R);

/// Solves R x = b and Rᵀ x = b in place; R upper triangular n × n. False when a diagonal entry is zero or not finite.
bool solve_upper(const DenseMatrix& R, std::int64_t n, double* b);
bool solve_upper_transposed(const DenseMatrix& R, std::int64_t n, double* b);

}  // namespace thalweg
