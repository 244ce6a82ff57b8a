// Conjugate gradients and other Krylov methods of PETSc on products with the reduced system.
#include <algorithm>
#include <vector>

#include <distributed/petsc.hpp>
#include <distributed/reduced_system.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr PetscInt most_iterations = 500;  // of one solve

PetscErrorCode multiply(Mat A, Vec x, Vec y) {
  PetscFunctionBegin;
  void* context = nullptr;
  PetscCall(MatShellGetContext(A, &context));
  const double* from = nullptr;
  double* to = nullptr;
  PetscCall(VecGetArrayRead(x, &from));
  PetscCall(VecGetArrayWrite(y, &to));
  static_cast<SharedSystem*>(context)->multiply(from, to);
  PetscCall(VecRestoreArrayRead(x, &from));
  PetscCall(VecRestoreArrayWrite(y, &to));
  PetscFunctionReturn(0);
}

LinearStatus status_of(KSPConvergedReason reason, PetscInt iterations) {
  if (reason > 0) return LinearStatus::ok;
  switch (reason) {
    case KSP_DIVERGED_ITS:
      return LinearStatus::inexact;
    case KSP_DIVERGED_NANORINF:
      return LinearStatus::fatal;
    case KSP_DIVERGED_INDEFINITE_MAT:
    case KSP_DIVERGED_INDEFINITE_PC:
      return iterations > 1 ? LinearStatus::inexact : LinearStatus::retry;
    default:
      return LinearStatus::retry;
  }
}

class Krylov final : public DistributedReduced {
 public:
  explicit Krylov(const Communicator& communicator) : comm_(mpi_of(communicator)) {}

  bool needs_matrix() const override { return false; }
  void set_tolerance(double tolerance) override { tolerance_ = tolerance; }
  std::int64_t iterations() const override { return iterations_; }

  void factor(SharedSystem& system) override {
    if (!solver_) set_up(system);
    const int w = system.width();
    const auto size = static_cast<std::size_t>(w) * static_cast<std::size_t>(w);
    blocks_.resize(static_cast<std::size_t>(system.halo().owned()) * size);
    system.diagonal(blocks_.data());
    petsc(MatZeroEntries(preconditioner_));
    for (PetscInt b = 0; b < system.halo().owned(); ++b) {
      const PetscInt row = static_cast<PetscInt>(system.halo().first_owned()) + b;
      petsc(MatSetValuesBlocked(preconditioner_, 1, &row, 1, &row, blocks_.data() + static_cast<std::size_t>(b) * size,
                                INSERT_VALUES));
    }
    petsc(MatAssemblyBegin(preconditioner_, MAT_FINAL_ASSEMBLY));
    petsc(MatAssemblyEnd(preconditioner_, MAT_FINAL_ASSEMBLY));
    petsc(KSPSetOperators(solver_, matrix_, preconditioner_));
  }

  LinearStatus solve(const double* b, double* x) override {
    if (!options_rtol_) petsc(KSPSetTolerances(solver_, tolerance_, 0.0, PETSC_DEFAULT, PETSC_DEFAULT));
    const KSPConvergedReason reason = solve_by(solver_, right_, left_, b, x);
    PetscInt count = 0;
    petsc(KSPGetIterationNumber(solver_, &count));
    iterations_ += count;
    return status_of(reason, count);
  }

 private:
  void set_up(SharedSystem& system) {
    const auto w = static_cast<PetscInt>(system.width());
    const PetscInt n = w * static_cast<PetscInt>(system.halo().owned());
    petsc(MatCreateShell(comm_, n, n, PETSC_DETERMINE, PETSC_DETERMINE, &system, matrix_.out()));
    petsc(MatShellSetOperation(matrix_, MATOP_MULT, reinterpret_cast<void (*)()>(multiply)));
    petsc(MatSetOption(matrix_, MAT_SYMMETRIC, PETSC_TRUE));
    petsc(
        MatCreateBAIJ(comm_, w, n, n, PETSC_DETERMINE, PETSC_DETERMINE, 1, nullptr, 0, nullptr, preconditioner_.out()));
    petsc(MatSetOption(preconditioner_, MAT_ROW_ORIENTED, PETSC_FALSE));
    petsc(MatSetOption(preconditioner_, MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE));
    petsc(MatCreateVecs(matrix_, left_.out(), right_.out()));
    petsc(KSPCreate(comm_, solver_.out()));
    petsc(KSPSetType(solver_, KSPCG));
    petsc(KSPSetNormType(solver_, KSP_NORM_NATURAL));
    petsc(KSPSetTolerances(solver_, tolerance_, 0.0, PETSC_DEFAULT, most_iterations));
    PC pc = nullptr;
    petsc(KSPGetPC(solver_, &pc));
    petsc(PCSetType(pc, PCPBJACOBI));
    petsc(KSPSetOperators(solver_, matrix_, preconditioner_));
    petsc(KSPSetFromOptions(solver_));
    PetscBool given = PETSC_FALSE;
    petsc(PetscOptionsHasName(nullptr, nullptr, "-ksp_rtol", &given));
    options_rtol_ = given == PETSC_TRUE;
  }

  MPI_Comm comm_;
  PetscMatrix matrix_, preconditioner_;
  PetscVector left_, right_;
  PetscKrylov solver_;
  double tolerance_ = 0.1;
  bool options_rtol_ = false;
  std::int64_t iterations_ = 0;
  std::vector<double> blocks_;
};

}  // namespace

std::unique_ptr<DistributedReduced> make_krylov(const Communicator& communicator) {
  return std::make_unique<Krylov>(communicator);
}

}  // namespace thalweg::inline v0_1
