// Dense Cholesky of the damped normal equations: half the work of QR, twice the digits lost.
#pragma once

#include <vector>

#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::inline v0_1 {

/// JᵀJ once per linearisation (mn² flops), scaled to a unit diagonal, which costs nothing and keeps the error near the
/// smallest that any diagonal scaling allows (van der Sluis 1969); one n × n factorisation per damping (n³/3).
class DenseCholesky final : public LinearSolver {
 public:
  std::string_view name() const override { return "dense-cholesky"; }
  LinearStatus linearize(const DenseMatrix& J, const double* r, std::span<const char> held) override;
  std::span<const double> gradient() const override { return gradient_; }
  std::span<const double> column_norms() const override { return column_norms_; }
  LinearStatus solve(double lambda, const double* D, double* step) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override;

 private:
  std::int64_t n_ = 0;
  std::vector<double> normal_;  // JᵀJ, n × n, lower triangle by rows
  std::vector<double> factor_;  // L of the scaled, damped matrix
  std::vector<double> scale_;   // 1 / √diagonal of the damped matrix
  std::vector<double> gradient_, column_norms_;
  AlignedArray padded_residual_;
};

}  // namespace thalweg::inline v0_1
