#include <linear/schur/reduced_solver.hpp>

#include <array>

#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// A minimiser factors one structure some ten to fifty times.
LinearStatus analyze(BlockCholesky& cholesky, const BlockPattern& pattern, Ordering ordering, int threads) {
  return cholesky.analyze(pattern, {.ordering = ordering, .repetitions = 20, .threads = threads});
}
void write_block(BlockCholesky& cholesky, const NormalEquations& equations, std::int64_t k) {
  const BlockCholesky::Slot slot = cholesky.block_slot(k);
  equations.reduced_block(k, slot.data, slot.row_step, slot.column_step);
}
#if THALWEG_CHOLMOD
LinearStatus analyze(SparseCholesky& cholesky, const BlockPattern& pattern, Ordering ordering, int) {
  return cholesky.analyze(pattern, ordering);
}
void write_block(SparseCholesky& cholesky, const NormalEquations& equations, std::int64_t k) {
  std::array<double, widest_tile * widest_tile> block;
  const int width = equations.layout().width;
  equations.reduced_block(k, block.data(), 1, width);
  cholesky.set_block(k, block.data(), width);
}
#endif

template <class Cholesky>
class DirectReduced final : public ReducedSolver {
 public:
  explicit DirectReduced(Ordering ordering) : ordering_(ordering) {}
  bool needs_matrix() const override { return true; }
  bool keeps_factor() const override { return true; }

  LinearStatus factor(NormalEquations& equations, int threads) override {
    const BlockPattern& pattern = equations.layout().reduced;
    if (!analyzed_) {
      if (const LinearStatus status = analyze(cholesky_, pattern, ordering_, threads); status != LinearStatus::ok)
        return status;
      analyzed_ = true;
    }
    constexpr std::int64_t grain = 128;
    parallel_chunks(pattern.blocks(), grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) write_block(cholesky_, equations, k);
    });
    return cholesky_.factor();
  }
  LinearStatus solve(const double* b, double* x, int) override { return cholesky_.solve(b, x); }
  double bytes() const override { return analyzed_ ? static_cast<double>(cholesky_.facts().bytes) : 0.0; }

 private:
  Ordering ordering_;
  Cholesky cholesky_;
  bool analyzed_ = false;
};

}  // namespace

std::unique_ptr<ReducedSolver> make_dense_reduced() {
  return std::make_unique<DirectReduced<BlockCholesky>>(Ordering::natural);
}
std::unique_ptr<ReducedSolver> make_sparse_reduced() {
  return std::make_unique<DirectReduced<BlockCholesky>>(Ordering::automatic);
}
#if THALWEG_CHOLMOD
std::unique_ptr<ReducedSolver> make_cholmod_reduced() {
  return std::make_unique<DirectReduced<SparseCholesky>>(Ordering::automatic);
}
#else
std::unique_ptr<ReducedSolver> make_cholmod_reduced() {
  throw Error("this build is without CHOLMOD; expected the sparse Cholesky of our own");
}
#endif

}  // namespace thalweg::inline v0_1
