#include <linear/schur/reduced_solver.hpp>

#include <vector>

#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/math/error.hpp>
#include <thalweg/math/parallel.hpp>

namespace thalweg {

#if THALWEG_CHOLMOD
namespace {

class SparseReduced final : public ReducedSolver {
 public:
  bool needs_matrix() const override { return true; }

  LinearStatus factor(NormalEquations& equations, int threads) override {
    const BlockPattern& pattern = equations.layout().reduced;
    if (!analyzed_) {
      if (const LinearStatus status = cholesky_.analyze(pattern); status != LinearStatus::ok) return status;
      analyzed_ = true;
    }
    const int width = equations.layout().width;
    constexpr std::int64_t grain = 256;
    parallel_chunks(pattern.blocks(), grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      std::vector<double> block(static_cast<std::size_t>(width * width));
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
  SparseCholesky cholesky_;
  bool analyzed_ = false;
};

}  // namespace

std::unique_ptr<ReducedSolver> make_sparse_reduced() { return std::make_unique<SparseReduced>(); }
#else
std::unique_ptr<ReducedSolver> make_sparse_reduced() { throw Error("this build is without CHOLMOD"); }
#endif

}  // namespace thalweg
