// Steps by way of the Schur complement, or straight from the normal equations where nothing is eliminated.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <linear/block_solver.hpp>
#include <linear/normal/normal_equations.hpp>
#include <linear/schur/reduced_solver.hpp>

namespace thalweg::inline v0_1 {

class SchurSolver final : public BlockSolver {
 public:
  SchurSolver(std::string name, std::unique_ptr<NormalEquations> equations, std::unique_ptr<ReducedSolver> reduced,
              int threads);

  /// To be assembled for each linearisation.
  NormalEquations& equations() { return *equations_; }
  /// Nothing is in single precision from the next assembly on: what is asked for is more exact than a step.
  void work_exactly() {
    equations_->keep_rows_exactly();
    reduced_->work_exactly();
  }
  void set_tolerance(double tolerance) override { reduced_->set_tolerance(tolerance); }
  /// Of all solves so far, of an iterative solver.
  std::int64_t inner_iterations() const { return reduced_->iterations(); }

  std::string_view name() const override { return name_; }
  std::span<const double> gradient() const override { return equations_->gradient(); }
  std::span<const double> column_norms() const override { return equations_->column_norms(); }
  LinearStatus solve(double lambda, const double* D, double* step) override;
  LinearStatus solve_for(const double* b, double lambda, const double* D, double* x) override;
  LinearStatus solve_again(const double* b, double* z) override;
  /// By at most four conjugate gradients (Hestenes & Stiefel 1952).
  std::optional<double> decrement_by_last_factor(double lambda, const double* D, double most,
                                                 std::span<const char> held = {}) override;
  void product(const double* v, double* Hv) const override { equations_->product(v, Hv, threads_); }
  double squared_product(const double* v) const override;
  double squared_step(double lambda, double scaled, const double* step) const override;

 private:
  std::string name_;
  std::unique_ptr<NormalEquations> equations_;
  std::unique_ptr<ReducedSolver> reduced_;
  int threads_;
  std::vector<double> right_, kept_;  // tile vectors
  LargeVector<double> negative_gradient_;
  LargeVector<double> left_, direction_, preconditioned_;  // of the conjugate gradients
  bool factored_ = false;
  mutable std::vector<double> product_;
};

}  // namespace thalweg::inline v0_1
