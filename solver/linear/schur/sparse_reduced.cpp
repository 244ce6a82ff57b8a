#include <linear/schur/reduced_solver.hpp>

#include <array>

#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/math/error.hpp>
#include <thalweg/math/parallel.hpp>

namespace thalweg {
namespace {

/// A minimiser factors one structure some ten to fifty times.
LinearStatus analyze(BlockCholesky& cholesky, const BlockPattern& pattern, int threads) {
  return cholesky.analyze(pattern, {.repetitions = 20, .threads = threads});
}
#if THALWEG_CHOLMOD
LinearStatus analyze(SparseCholesky& cholesky, const BlockPattern& pattern, int) { return cholesky.analyze(pattern); }
#endif

template <class Cholesky>
class SparseReduced final : public ReducedSolver {
 public:
  bool needs_matrix() const override { return true; }

  LinearStatus factor(NormalEquations& equations, int threads) override {
    const BlockPattern& pattern = equations.layout().reduced;
    if (!analyzed_) {
      if (const LinearStatus status = analyze(cholesky_, pattern, threads); status != LinearStatus::ok) return status;
      analyzed_ = true;
    }
    const int width = equations.layout().width;
    constexpr std::int64_t grain = 256;
    parallel_chunks(pattern.blocks(), grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      std::array<double, widest_tile * widest_tile> block;
      for (std::int64_t k = begin; k < end; ++k) {
        equations.reduced_block(k, block.data(), width);
        cholesky_.set_block(k, block.data(), width);
      }
    });
    return cholesky_.factor();
  }
  LinearStatus solve(const double* b, double* x, int) override { return cholesky_.solve(b, x); }
  double bytes() const override { return analyzed_ ? static_cast<double>(cholesky_.facts().bytes) : 0.0; }

 private:
  Cholesky cholesky_;
  bool analyzed_ = false;
};

}  // namespace

std::unique_ptr<ReducedSolver> make_sparse_reduced() { return std::make_unique<SparseReduced<BlockCholesky>>(); }
#if THALWEG_CHOLMOD
std::unique_ptr<ReducedSolver> make_cholmod_reduced() { return std::make_unique<SparseReduced<SparseCholesky>>(); }
#else
std::unique_ptr<ReducedSolver> make_cholmod_reduced() {
  throw Error("this build is without CHOLMOD; expected the sparse Cholesky of our own");
}
#endif

}  // namespace thalweg
