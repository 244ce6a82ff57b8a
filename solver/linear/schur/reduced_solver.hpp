// Solvers of the system that is left when the landmarks are eliminated.
#pragma once

#include <memory>
#include <string_view>

#include <linear/normal/normal_equations.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg {

class ReducedSolver {
 public:
  virtual ~ReducedSolver() = default;
  /// Whether it needs the matrix, or only products with it.
  virtual bool needs_matrix() const = 0;
  /// Takes the reduced system as the equations hold it after eliminate() or factor_landmarks().
  virtual LinearStatus factor(const NormalEquations& equations, int threads) = 0;
  /// x from the right-hand side b, tile vectors.
  virtual LinearStatus solve(const double* b, double* x, int threads) = 0;
  virtual double bytes() const = 0;
};

std::unique_ptr<ReducedSolver> make_dense_reduced();

}  // namespace thalweg
