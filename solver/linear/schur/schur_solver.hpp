// Steps by way of the Schur complement, or straight from the normal equations where nothing is eliminated.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <linear/normal/normal_equations.hpp>
#include <linear/schur/reduced_solver.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

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
  /// x of (JᵀJ + λD²) x = b.
  LinearStatus solve_for(const double* b, double lambda, const double* D, double* x);
  LinearStatus solve_again(const double* b, double* z) override;
  /// ½gᵀH⁻¹g, what an undamped step would take from the cost, of the equations as they are now, by at most four
  /// conjugate gradients (Hestenes & Stiefel 1952), from below. The factor of the last solve, which was of other
  /// equations, is their preconditioner: no new one is made. `lambda` and D are those of that solve. Empty where it
  /// exceeds `most`, where there is no factor, and where that is too far from the equations for so few iterations. Of
  /// the columns that are not held (nonzero); empty: of all.
  std::optional<double> decrement_by_last_factor(double lambda, const double* D, double most,
                                                 std::span<const char> held = {});
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
