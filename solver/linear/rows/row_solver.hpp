// Steps by Krylov methods on the rows of J.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <linear/block_solver.hpp>
#include <linear/rows/jacobian_rows.hpp>

namespace thalweg::inline v0_1 {

enum class KrylovMethod {
  lsqr,  ///< on J: as conjugate gradients on JᵀJ would, without squaring its condition (Paige & Saunders 1982)
  lsmr,  ///< on J: as MINRES on JᵀJ would; ‖gradient‖ of the model falls in every iteration (Fong & Saunders 2011)
  minres,  ///< on JᵀJ, by products with J and Jᵀ (Paige & Saunders 1975)
};

/// Solves min ½‖[J; √λ D] δ + [r; 0]‖² in columns scaled to norm one, from δ = 0. An iteration costs a product with J
/// and one with Jᵀ. It ends when the gradient of the model is a tenth of the tolerance's part of what it was
/// (an inexact Gauss-Newton method, Dembo, Eisenstat & Steihaug 1982), or after 500 iterations, which is `inexact`.
class RowSolver final : public BlockSolver {
 public:
  RowSolver(std::string name, KrylovMethod method, std::unique_ptr<JacobianRows> rows, int threads);

  /// To be stored for each linearisation.
  JacobianRows& rows() { return *rows_; }

  void set_tolerance(double tolerance) override { tolerance_ = tolerance; }
  std::string_view name() const override { return name_; }
  std::span<const double> gradient() const override { return rows_->gradient(); }
  std::span<const double> column_norms() const override { return rows_->column_norms(); }
  void product(const double* v, double* Hv) const override;
  LinearStatus solve(double lambda, const double* D, double* step) override;
  /// Of a right-hand side that no residual is known of: by MINRES on the normal equations, by conjugate gradients where
  /// the method is LSQR, which are the same iterations in exact arithmetic.
  LinearStatus solve_for(const double* b, double lambda, const double* D, double* x) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override;

 private:
  void damp(double lambda, const double* D);

  std::string name_;
  KrylovMethod method_;
  std::unique_ptr<JacobianRows> rows_;
  int threads_;
  double tolerance_ = 0.1;
  std::vector<double> damping_;  // √λ D of the last solve
  std::vector<double> scale_;    // of each column: one over its norm in [J; √λ D]
  std::vector<double> right_, scaled_right_;
  mutable std::vector<double> product_;
};

}  // namespace thalweg::inline v0_1
