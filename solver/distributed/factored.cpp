// The reduced system assembled in blocks over the processes, and factored by MUMPS.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <distributed/petsc.hpp>
#include <distributed/reduced_system.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

class Factored final : public DistributedReduced {
 public:
  explicit Factored(const Communicator& communicator) : communicator_(communicator), comm_(mpi_of(communicator)) {}

  bool needs_matrix() const override { return true; }
  void set_tolerance(double) override {}
  std::int64_t iterations() const override { return 0; }

  void factor(SharedSystem& system) override {
    if (!solver_) set_up(system);
    const auto w = static_cast<PetscInt>(system.width());
    std::vector<double> values(at(w) * at(w)), turned(values.size());
    petsc(MatZeroEntries(matrix_));
    for (std::size_t k = 0; k < places_.size(); ++k) {
      system.block(static_cast<std::int64_t>(k), values.data());
      auto row = static_cast<PetscInt>(places_[k].row), column = static_cast<PetscInt>(places_[k].column);
      const double* block = values.data();
      if (row > column) {
        for (PetscInt i = 0; i < w; ++i)
          for (PetscInt j = 0; j < w; ++j) turned[at(j * w + i)] = values[at(i * w + j)];
        std::swap(row, column);
        block = turned.data();
      }
      petsc(MatSetValuesBlocked(matrix_, 1, &row, 1, &column, block, ADD_VALUES));
    }
    const auto damping = system.damping();
    const auto first = static_cast<PetscInt>(system.halo().first_owned()) * w;
    for (std::size_t i = 0; i < damping.size(); ++i) {
      const PetscInt row = first + static_cast<PetscInt>(i);
      petsc(MatSetValues(matrix_, 1, &row, 1, &row, &damping[i], ADD_VALUES));
    }
    petsc(MatAssemblyBegin(matrix_, MAT_FINAL_ASSEMBLY));
    petsc(MatAssemblyEnd(matrix_, MAT_FINAL_ASSEMBLY));
    petsc(KSPSetOperators(solver_, matrix_, matrix_));
  }

  LinearStatus solve(const double* b, double* x) override {
    return solve_by(solver_, right_, left_, b, x) > 0 ? LinearStatus::ok : LinearStatus::retry;
  }

 private:
  /// How many blocks of the upper triangle each row of blocks that is owned here has: of this process' own part and of
  /// the others'.
  void count(SharedSystem& system, std::vector<PetscInt>& inside, std::vector<PetscInt>& outside) {
    const Halo& halo = system.halo();
    std::vector<std::int64_t> first(at(communicator_.size()) + 1);
    first[at(communicator_.rank()) + 1] = halo.owned();
    communicator_.sum(std::span<std::int64_t>(first));
    for (std::size_t p = 1; p < first.size(); ++p) first[p] += first[p - 1];
    std::vector<std::vector<std::int64_t>> of(at(communicator_.size()));
    for (const SharedSystem::Place& place : places_) {
      const std::int64_t row = std::min(place.row, place.column), column = std::max(place.row, place.column);
      const auto owner = at(std::upper_bound(first.begin(), first.end(), row) - first.begin() - 1);
      of[owner].insert(of[owner].end(), {row, column});
    }
    std::vector<Communicator::Bytes> sent;
    for (const auto& each : of) sent.push_back(as_bytes(std::span<const std::int64_t>(each)));
    std::vector<std::vector<std::int64_t>> columns(at(halo.owned()));
    for (std::size_t b = 0; b < columns.size(); ++b)
      columns[b].push_back(halo.first_owned() + static_cast<std::int64_t>(b));
    for (const Communicator::Bytes& each : communicator_.exchange(sent)) {
      const std::vector<std::int64_t> pairs = from_bytes<std::int64_t>(each);
      for (std::size_t k = 0; k < pairs.size(); k += 2)
        columns[at(pairs[k] - halo.first_owned())].push_back(pairs[k + 1]);
    }
    for (std::vector<std::int64_t>& row : columns) {
      std::sort(row.begin(), row.end());
      row.erase(std::unique(row.begin(), row.end()), row.end());
      const auto end = std::lower_bound(row.begin(), row.end(), halo.first_owned() + halo.owned());
      inside.push_back(static_cast<PetscInt>(end - row.begin()));
      outside.push_back(static_cast<PetscInt>(row.end() - end));
    }
  }

  void set_up(SharedSystem& system) {
    places_ = system.pattern();
    for (SharedSystem::Place& place : places_)
      place = {system.halo().global_number(place.row), system.halo().global_number(place.column)};
    std::vector<PetscInt> inside, outside;
    count(system, inside, outside);
    const auto w = static_cast<PetscInt>(system.width());
    const PetscInt n = w * static_cast<PetscInt>(system.halo().owned());
    petsc(MatCreateSBAIJ(comm_, w, n, n, PETSC_DETERMINE, PETSC_DETERMINE, 0, inside.data(), 0, outside.data(),
                         matrix_.out()));
    petsc(MatCreateVecs(matrix_, left_.out(), right_.out()));
    petsc(KSPCreate(comm_, solver_.out()));
    petsc(KSPSetType(solver_, KSPPREONLY));
    PC pc = nullptr;
    petsc(KSPGetPC(solver_, &pc));
    petsc(PCSetType(pc, PCCHOLESKY));
    petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS));
    petsc(KSPSetOperators(solver_, matrix_, matrix_));
    petsc(KSPSetFromOptions(solver_));
  }

  const Communicator& communicator_;
  MPI_Comm comm_;
  PetscMatrix matrix_;
  PetscVector left_, right_;
  PetscKrylov solver_;
  std::vector<SharedSystem::Place> places_;  // by numbers of shared blocks
};

}  // namespace

std::unique_ptr<DistributedReduced> make_factored(const Communicator& communicator) {
  return std::make_unique<Factored>(communicator);
}

}  // namespace thalweg::inline v0_1
