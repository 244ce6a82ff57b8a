// PETSc and MPI: the one place that includes them.
#pragma once

#include <petscksp.h>

#include <string>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1 {

/// Throws Error with PETSc's own message for a code that is not zero.
void petsc(PetscErrorCode code);

/// The communicator as MPI knows it.
MPI_Comm mpi_of(const Communicator& communicator);

/// Makes Communicator of MPI_COMM_WORLD.
std::unique_ptr<Communicator> make_mpi_communicator(MPI_Comm native);

/// An object of PETSc, destroyed with its owner.
template <class T, PetscErrorCode (*destroy)(T*)>
class PetscOwner {
 public:
  PetscOwner() = default;
  ~PetscOwner() { reset(); }
  PetscOwner(const PetscOwner&) = delete;
  PetscOwner& operator=(const PetscOwner&) = delete;

  T* out() {
    reset();
    return &object_;
  }
  operator T() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  void reset() {
    if (object_) destroy(&object_);
    object_ = nullptr;
  }

 private:
  T object_ = nullptr;
};
using PetscVector = PetscOwner<::Vec, VecDestroy>;
using PetscMatrix = PetscOwner<::Mat, MatDestroy>;
using PetscKrylov = PetscOwner<::KSP, KSPDestroy>;

/// x of the solver's system for b, this process' part of both; `right` and `left` are vectors of such parts. Why the
/// solver ended.
KSPConvergedReason solve_by(::KSP solver, ::Vec right, ::Vec left, const double* b, double* x);

}  // namespace thalweg::inline v0_1
