// Solvers of the system that is left when each process has eliminated its own blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <distributed/halo.hpp>
#include <thalweg/linear/damped_system.hpp>

namespace thalweg::inline v0_1 {

/// A symmetric positive definite system over the shared blocks, whose matrix is the sum of what the processes hold.
/// Vectors are over the blocks that this process owns, `width` numbers each.
class SharedSystem {
 public:
  virtual ~SharedSystem() = default;
  virtual const Halo& halo() const = 0;
  virtual int width() const = 0;
  /// y = S x. Collective.
  virtual void multiply(const double* x, double* y) = 0;
  /// Diagonal blocks of S, width × width each, by columns. Collective.
  virtual void diagonal(double* blocks) = 0;
  /// One block of this process' part of S: of the held blocks `row` > `column`, or equal.
  struct Place {
    std::int64_t row, column;
  };
  virtual std::vector<Place> pattern() = 0;
  /// Block k of the pattern, by rows, both triangles of one on the diagonal; without damping. After pattern().
  virtual void block(std::int64_t k, double* values) const = 0;
  /// What is added to the diagonal, of owned blocks.
  virtual std::span<const double> damping() const = 0;
};

/// Solves it by PETSc, under the options that PETSc was given.
class DistributedReduced {
 public:
  virtual ~DistributedReduced() = default;
  /// Whether the blocks of pattern() are needed.
  virtual bool needs_matrix() const = 0;
  virtual void set_tolerance(double tolerance) = 0;
  /// Takes the system as it is now. Collective.
  virtual void factor(SharedSystem& system) = 0;
  /// Collective.
  virtual LinearStatus solve(const double* b, double* x) = 0;
  virtual std::int64_t iterations() const = 0;
};

/// Conjugate gradients on products with S, preconditioned by its diagonal blocks (Schur-Jacobi); or what the options
/// of PETSc name.
std::unique_ptr<DistributedReduced> make_krylov(const Communicator& communicator);
/// S assembled and factored by MUMPS; or what the options of PETSc name.
std::unique_ptr<DistributedReduced> make_factored(const Communicator& communicator);

}  // namespace thalweg::inline v0_1
