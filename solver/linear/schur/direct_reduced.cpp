#include <linear/schur/reduced_solver.hpp>

#include <array>
#include <limits>
#include <vector>

#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// Steps by a factor in single precision are refined to this.
constexpr double exact_enough = 1e-5;
constexpr double never =
    std::numeric_limits<double>::infinity();  // of flops from which a factor is in single precision

/// A minimiser factors one structure some ten to fifty times.
LinearStatus analyze(BlockCholesky& cholesky, const BlockPattern& pattern, Ordering ordering, int threads,
                     double single_precision_from) {
  return cholesky.analyze(pattern, {.ordering = ordering,
                                    .repetitions = 20,
                                    .threads = threads,
                                    .single_precision_from = single_precision_from,
                                    .accuracy = exact_enough});
}
bool is_single(const BlockCholesky& cholesky) { return cholesky.facts().single_precision; }
void write_block(BlockCholesky& cholesky, const NormalEquations& equations, std::int64_t k) {
  const BlockCholesky::Slot slot = cholesky.block_slot(k);
  equations.reduced_block(k, slot.data, slot.row_step, slot.column_step);
}
#if THALWEG_CHOLMOD
LinearStatus analyze(SparseCholesky& cholesky, const BlockPattern& pattern, Ordering ordering, int, double) {
  return cholesky.analyze(pattern, ordering);
}
bool is_single(const SparseCholesky&) { return false; }
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
  DirectReduced(Ordering ordering, double single_precision_from)
      : ordering_(ordering), single_precision_from_(single_precision_from) {}
  bool needs_matrix() const override { return true; }
  bool keeps_factor() const override { return true; }

  void work_exactly() override {
    if (analyzed_ && is_single(cholesky_)) analyzed_ = false;
    single_precision_from_ = never;
  }

  LinearStatus factor(NormalEquations& equations, int threads) override {
    equations_ = &equations;
    const LinearStatus status = factor_once(threads);
    if (status != LinearStatus::retry || !is_single(cholesky_)) return status;
    work_exactly();
    return factor_once(threads);
  }

  LinearStatus solve(const double* b, double* x, int threads) override {
    if (!is_single(cholesky_)) return cholesky_.solve(b, x);
    right_.assign(b, b + cholesky_.facts().order);
    const LinearStatus status = cholesky_.solve(b, x);
    if (status == LinearStatus::ok || status == LinearStatus::fatal) return status;
    // The equations have become too ill-conditioned for single precision, and will not be better soon.
    work_exactly();
    if (const LinearStatus anew = factor_once(threads); anew != LinearStatus::ok) return anew;
    return cholesky_.solve(right_.data(), x);
  }
  double bytes() const override { return analyzed_ ? static_cast<double>(cholesky_.facts().bytes) : 0.0; }

 private:
  /// Of the equations as they are.
  LinearStatus factor_once(int threads) {
    const NormalLayout& layout = equations_->layout();
    const BlockPattern& pattern = layout.reduced;
    if (!analyzed_) {
      // What is left when nothing is eliminated, pose graphs for one, is too ill-conditioned.
      if (const LinearStatus status =
              analyze(cholesky_, pattern, ordering_, threads, layout.landmarks > 0 ? single_precision_from_ : never);
          status != LinearStatus::ok)
        return status;
      analyzed_ = true;
    }
    constexpr std::int64_t grain = 128;
    parallel_chunks(pattern.blocks(), grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) write_block(cholesky_, *equations_, k);
    });
    return cholesky_.factor();
  }

  Ordering ordering_;
  double single_precision_from_;
  Cholesky cholesky_;
  const NormalEquations* equations_ = nullptr;  // of the last factor
  std::vector<double> right_;                   // of a solve that may be done again
  bool analyzed_ = false;
};

}  // namespace

std::unique_ptr<ReducedSolver> make_dense_reduced(double single_precision_from) {
  return std::make_unique<DirectReduced<BlockCholesky>>(Ordering::natural, single_precision_from);
}
std::unique_ptr<ReducedSolver> make_sparse_reduced(double single_precision_from) {
  return std::make_unique<DirectReduced<BlockCholesky>>(Ordering::automatic, single_precision_from);
}
#if THALWEG_CHOLMOD
std::unique_ptr<ReducedSolver> make_cholmod_reduced() {
  return std::make_unique<DirectReduced<SparseCholesky>>(Ordering::automatic, never);
}
#else
std::unique_ptr<ReducedSolver> make_cholmod_reduced() {
  throw Error("this build is without CHOLMOD; expected the sparse Cholesky of our own");
}
#endif

}  // namespace thalweg::inline v0_1
