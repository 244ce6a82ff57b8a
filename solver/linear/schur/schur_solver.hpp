// Steps by way of the Schur complement, or straight from the normal equations where nothing is eliminated.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <linear/normal/normal_equations.hpp>
#include <linear/schur/reduced_solver.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg {

class SchurSolver final : public DampedSystem {
 public:
  SchurSolver(std::string name, std::unique_ptr<NormalEquations> equations, std::unique_ptr<ReducedSolver> reduced,
              int threads);

  /// To be assembled for each linearisation.
  NormalEquations& equations() { return *equations_; }
  /// How exact an iterative solver is to be from now on, and how many iterations it took so far.
  void set_tolerance(double tolerance) { reduced_->set_tolerance(tolerance); }
  std::int64_t inner_iterations() const { return reduced_->iterations(); }

  std::string_view name() const override { return name_; }
  std::span<const double> gradient() const override { return equations_->gradient(); }
  std::span<const double> column_norms() const override { return equations_->column_norms(); }
  LinearStatus solve(double lambda, const double* D, double* step) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override;
  double squared_step(double lambda, double scaled, const double* step) const override;

 private:
  std::string name_;
  std::unique_ptr<NormalEquations> equations_;
  std::unique_ptr<ReducedSolver> reduced_;
  int threads_;
  std::vector<double> right_, kept_;  // tile vectors
  LargeVector<double> negative_gradient_;
  mutable std::vector<double> product_;
};

}  // namespace thalweg
