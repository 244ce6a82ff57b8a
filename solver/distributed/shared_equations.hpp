// Normal equations that several processes hold together, and steps from them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <distributed/halo.hpp>
#include <distributed/reduced_system.hpp>
#include <linear/normal/normal_equations.hpp>
#include <thalweg/distributed/share.hpp>
#include <thalweg/linear/damped_system.hpp>
#include <thalweg/problem/block_program.hpp>

namespace thalweg::inline v0_1 {

/// Each process holds NormalEquations of its own residuals, with its own blocks eliminated and the shared ones that it
/// reads kept, one tile each. H of all is the sum of those, and so is the reduced system: a product with it is a
/// product in each process between two exchanges of halos, 8 · width bytes a shared copy each.
///
/// Columns of steps are those of this process: of the shared blocks that it owns, then of its own blocks.
class SharedEquations final : public DampedSystem, private SharedSystem {
 public:
  /// Orders the items of the program. Throws CollectiveError for shared blocks of different dimensions, and where a
  /// residual reads two blocks that are not shared. Collective.
  SharedEquations(const Communicator& communicator, const Share& share, BlockProgram& program,
                  std::unique_ptr<DistributedReduced> reduced, int threads);

  /// This process' equations, to be assembled; then take().
  NormalEquations& local() { return *equations_; }
  /// Brings gradients and column norms of shared blocks together. Collective.
  void take();
  void set_tolerance(double tolerance) { reduced_->set_tolerance(tolerance); }
  std::int64_t inner_iterations() const { return reduced_->iterations(); }

  std::int64_t columns() const { return static_cast<std::int64_t>(program_column_.size()); }
  /// The column of the program that column j of a step is.
  std::int64_t program_column(std::int64_t j) const { return program_column_[static_cast<std::size_t>(j)]; }
  /// A step as columns of the program, copies of shared blocks among them. Collective.
  void to_program(const double* step, double* all) const;
  const Halo& halo() const override { return *halo_; }
  double bytes() const { return equations_->bytes(); }

  std::string_view name() const override { return name_; }
  std::span<const double> gradient() const override { return gradient_; }
  std::span<const double> column_norms() const override { return column_norms_; }
  LinearStatus solve(double lambda, const double* D, double* step) override;
  LinearStatus solve_again(const double* b, double* z) override;
  double squared_product(const double* v) const override;
  double squared_step(double lambda, double scaled, const double* step) const override;
  void add_up(std::span<double> sums) const override { communicator_.sum(sums); }
  void find_largest(std::span<double> maxima) const override { communicator_.max(maxima); }

 private:
  // Of SharedSystem.
  int width() const override { return width_; }
  void multiply(const double* x, double* y) override;
  void diagonal(double* blocks) override;
  std::vector<Place> pattern() override;
  void block(std::int64_t k, double* values) const override;
  std::span<const double> damping() const override { return damping_; }

  void number_columns();
  void damp(double lambda, const double* D);
  LinearStatus solve_reduced(double* step);
  void note_product() const { communicator_.note(Work::product, residual_blocks_); }

  const Communicator& communicator_;
  BlockProgram& program_;
  std::unique_ptr<NormalEquations> equations_;
  std::unique_ptr<DistributedReduced> reduced_;
  std::unique_ptr<Halo> halo_;
  std::int64_t residual_blocks_;
  std::string name_;
  int threads_, width_ = 0;
  std::vector<std::int64_t> held_of_tile_;    // of each tile of this process its number among the held blocks
  std::vector<std::int64_t> program_column_;  // of each column of a step
  std::vector<std::int64_t> owned_place_;     // of each column of an owned block: its place in a vector of owned blocks
  LargeVector<double> gradient_, column_norms_;
  LargeVector<double> right_, program_damping_, solution_;  // over columns of the program
  std::vector<std::int64_t> diagonal_tile_;    // of each block of the pattern its tile, −1: off the diagonal
  std::vector<double> unit_;                   // 1 where the local equations put a 1 on their diagonal
  std::vector<double> damping_, owned_norms_;  // of owned blocks
  // Tile vectors of this process, vectors of held blocks, and of owned ones.
  mutable std::vector<double> tiles_, tiles_out_, held_, owned_, owned_out_, diagonals_;
};

}  // namespace thalweg::inline v0_1
