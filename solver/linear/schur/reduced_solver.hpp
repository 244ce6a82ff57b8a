// Solvers of the system that is left when the landmarks are eliminated.
#pragma once

#include <cstdint>
#include <memory>

#include <linear/normal/normal_equations.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

class ReducedSolver {
 public:
  virtual ~ReducedSolver() = default;
  /// Whether it needs the matrix, or only products with it.
  virtual bool needs_matrix() const = 0;
  /// Whether factor() leaves a factor by which other systems, near this one, may be preconditioned.
  virtual bool keeps_factor() const { return false; }
  /// No factor is in single precision from now on: what is asked for is more exact than a step.
  virtual void work_exactly() {}
  /// Takes the reduced system as the equations hold it after eliminate() or factor_landmarks().
  virtual LinearStatus factor(NormalEquations& equations, int threads) = 0;
  /// x from the right-hand side b, tile vectors.
  virtual LinearStatus solve(const double* b, double* x, int threads) = 0;
  virtual double bytes() const = 0;

  /// How exact an iterative solver is to be: it may stop when the quadratic model has no more than this part to gain.
  virtual void set_tolerance(double) {}
  /// Iterations of all solves so far, of an iterative solver.
  virtual std::int64_t iterations() const { return 0; }
};

/// Flops from which a factor in single precision, with the solves that refine its solutions, saves a twentieth of a
/// second.
inline constexpr double heavy_factor = 5e9;
/// Dense Cholesky. Where landmarks are eliminated and a factor takes so many flops it is in single precision, its
/// solutions refined to 1e-5 of the largest number, until the equations are too ill-conditioned for it.
std::unique_ptr<ReducedSolver> make_dense_reduced(double single_precision_from = heavy_factor);
/// Sparse block Cholesky of our own, the same way.
std::unique_ptr<ReducedSolver> make_sparse_reduced(double single_precision_from = heavy_factor);
/// Sparse Cholesky by CHOLMOD. Throws Error in a build without it.
std::unique_ptr<ReducedSolver> make_cholmod_reduced();

struct IterativeOptions {
  /// Form the reduced system, or only multiply by it.
  bool form = true;
  /// Diagonal blocks that precondition: those of the reduced system (Schur-Jacobi), or those of U, which need no work.
  enum class Preconditioner { schur_jacobi, jacobi } preconditioner = Preconditioner::schur_jacobi;
  double tolerance = 0.1;
  std::int64_t max_iterations = 500;  ///< of one solve
};
/// Conjugate gradients (Hestenes & Stiefel 1952), preconditioned.
std::unique_ptr<ReducedSolver> make_iterative_reduced(const IterativeOptions& options);

}  // namespace thalweg::inline v0_1
