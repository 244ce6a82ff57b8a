#include <Eigen/Cholesky>

#include <cmath>

#include <linear/schur/reduced_solver.hpp>
#include <thalweg/math/aligned.hpp>
#include <thalweg/math/parallel.hpp>

namespace thalweg {
namespace {

class DenseReduced final : public ReducedSolver {
 public:
  bool needs_matrix() const override { return true; }

  LinearStatus factor(NormalEquations& equations, int threads) override {
    const NormalLayout& layout = equations.layout();
    const std::int64_t n = std::int64_t{layout.tiles} * layout.width;
    if (S_.rows() != n || !layout.reduced_is_dense) S_.resize(n, n);
    const BlockPattern& pattern = layout.reduced;
    parallel_chunks(layout.tiles, 8, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; ++c)
        for (std::int64_t k = pattern.column_start[static_cast<std::size_t>(c)];
             k < pattern.column_start[static_cast<std::size_t>(c) + 1]; ++k)
          equations.reduced_block(k, &S_(std::int64_t{pattern.row[static_cast<std::size_t>(k)]} * layout.width, c * layout.width),
                                  S_.stride());
    });
    Matrix S(S_.column(0), n, n, Eigen::OuterStride<>(S_.stride()));
    Eigen::LLT<Eigen::Ref<Eigen::MatrixXd, 0, Eigen::OuterStride<>>> llt(S);
    if (llt.info() != Eigen::Success) return LinearStatus::retry;
    return LinearStatus::ok;
  }

  LinearStatus solve(const double* b, double* x, int) override {
    const std::int64_t n = S_.rows();
    Eigen::Map<Eigen::VectorXd> y(x, n);
    y = Eigen::Map<const Eigen::VectorXd>(b, n);
    const Matrix S(S_.column(0), n, n, Eigen::OuterStride<>(S_.stride()));
    S.triangularView<Eigen::Lower>().solveInPlace(y);
    S.transpose().triangularView<Eigen::Upper>().solveInPlace(y);
    return y.allFinite() ? LinearStatus::ok : LinearStatus::retry;
  }
  double bytes() const override { return 8.0 * static_cast<double>(S_.stride() * S_.columns()); }

 private:
  using Matrix = Eigen::Map<Eigen::MatrixXd, 0, Eigen::OuterStride<>>;
  DenseMatrix S_;
};

}  // namespace

std::unique_ptr<ReducedSolver> make_dense_reduced() { return std::make_unique<DenseReduced>(); }

}  // namespace thalweg
