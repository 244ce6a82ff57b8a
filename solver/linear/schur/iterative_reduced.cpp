#include <linear/schur/reduced_solver.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Chunks of block rows and of vectors: sums have the same order for any number of threads.
constexpr std::int64_t rows_a_chunk = 32;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double s = 0.0;
#pragma omp simd reduction(+ : s)
  for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
  return s;
}

class IterativeReduced final : public ReducedSolver {
 public:
  explicit IterativeReduced(const IterativeOptions& options) : options_(options), tolerance_(options.tolerance) {}

  bool needs_matrix() const override { return options_.form; }
  void set_tolerance(double tolerance) override { tolerance_ = tolerance; }
  std::int64_t iterations() const override { return iterations_; }
  double bytes() const override {
    return 8.0 *
           static_cast<double>(blocks_.size() + preconditioner_.size() + static_cast<std::int64_t>(6 * r_.size()));
  }

  LinearStatus factor(NormalEquations& equations, int threads) override {
    equations_ = &equations;
    first_solve_ = true;
    const NormalLayout& layout = equations.layout();
    width_ = layout.width;
    const auto n = static_cast<std::size_t>(layout.tiles) * static_cast<std::size_t>(width_);
    for (std::vector<double>* v : {&r_, &z_, &p_, &Sp_}) v->resize(n);
    preconditioner_.resize_unset(std::int64_t{layout.tiles} * width_ * width_);
    if (options_.form) fetch_matrix(threads);
    if (options_.preconditioner == IterativeOptions::Preconditioner::jacobi) {
      equations.kept_diagonal(preconditioner_.data(), threads);
    } else if (options_.form) {
      for (std::int32_t t = 0; t < layout.tiles; ++t)
        std::copy_n(block(blocks_, layout.reduced.column_start[static_cast<std::size_t>(t)]), width_ * width_,
                    block(preconditioner_, t));
    } else {
      equations.reduced_diagonal(preconditioner_.data(), threads);
    }
    return factor_preconditioner(threads) ? LinearStatus::ok : LinearStatus::retry;
  }

  LinearStatus solve(const double* b, double* x, int threads) override;

 private:
  double* block(AlignedArray& blocks, std::int64_t k) const { return blocks.data() + k * width_ * width_; }
  const double* block(const AlignedArray& blocks, std::int64_t k) const { return blocks.data() + k * width_ * width_; }

  /// The lower blocks, contiguous, and for each block row the blocks left of its diagonal.
  void fetch_matrix(int threads) {
    const BlockPattern& pattern = equations_->layout().reduced;
    blocks_.resize_unset(pattern.blocks() * width_ * width_);
    if (row_start_.empty()) {
      const auto tiles = static_cast<std::size_t>(pattern.block_columns());
      row_start_.assign(tiles + 1, 0);
      for (std::size_t c = 0; c < tiles; ++c)
        for (std::int64_t k = pattern.column_start[c] + 1; k < pattern.column_start[c + 1]; ++k)
          ++row_start_[static_cast<std::size_t>(pattern.row[static_cast<std::size_t>(k)]) + 1];
      for (std::size_t t = 0; t < tiles; ++t) row_start_[t + 1] += row_start_[t];
      left_.resize(static_cast<std::size_t>(row_start_.back()));
      std::vector<std::int64_t> next(row_start_.begin(), row_start_.end() - 1);
      for (std::size_t c = 0; c < tiles; ++c)
        for (std::int64_t k = pattern.column_start[c] + 1; k < pattern.column_start[c + 1]; ++k)
          left_[static_cast<std::size_t>(next[static_cast<std::size_t>(pattern.row[static_cast<std::size_t>(k)])]++)] =
              {static_cast<std::int32_t>(c), k};
    }
    constexpr std::int64_t grain = 256;
    parallel_chunks(pattern.blocks(), grain, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) equations_->reduced_block(k, block(blocks_, k), 1, width_);
    });
  }

  /// Where conjugate gradients begin: at the multiple of the last step that the quadratic model likes best, which is
  /// near where the damping alone has changed, and not far along a valley. Lowers r by Sx; returns what the model has
  /// gained.
  double begin(double* x, int threads) {
    const std::size_t n = r_.size();
    std::fill_n(x, n, 0.0);
    if (!first_solve_ || last_.size() != n) return 0.0;
    multiply(last_, Sp_, threads);
    const double slope = dot(r_, last_), curvature = dot(last_, Sp_);
    if (!(slope > 0.0 && curvature > 0.0)) return 0.0;
    const double alpha = slope / curvature;
    for (std::size_t j = 0; j < n; ++j) {
      x[j] = alpha * last_[j];
      r_[j] -= alpha * Sp_[j];
    }
    return 0.5 * alpha * slope;
  }

  LinearStatus descend(const double* b, double* x, int threads);

  bool factor_preconditioner(int threads) {
    const std::int32_t tiles = equations_->layout().tiles;
    positive_.assign(static_cast<std::size_t>(chunk_count(tiles, rows_a_chunk)), 1);
    parallel_chunks(tiles, rows_a_chunk, threads, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t)
        if (!cholesky_in_place(block(preconditioner_, t))) positive_[static_cast<std::size_t>(chunk)] = 0;
    });
    return std::all_of(positive_.begin(), positive_.end(), [](char p) { return p != 0; });
  }

  /// M = LLᵀ, L in the lower triangle, its diagonal inverted.
  bool cholesky_in_place(double* M) const {
    for (int j = 0; j < width_; ++j) {
      double d = M[j + j * width_];
      for (int k = 0; k < j; ++k) d -= M[j + k * width_] * M[j + k * width_];
      if (!(d > 0.0)) return false;
      const double inverse = 1.0 / std::sqrt(d);
      for (int i = j + 1; i < width_; ++i) {
        double s = M[i + j * width_];
        for (int k = 0; k < j; ++k) s -= M[i + k * width_] * M[j + k * width_];
        M[i + j * width_] = s * inverse;
      }
      M[j + j * width_] = inverse;
    }
    return true;
  }

  /// z = M⁻¹ r, tile by tile.
  void precondition(int threads) {
    parallel_chunks(equations_->layout().tiles, rows_a_chunk, threads,
                    [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                      for (std::int64_t t = begin; t < end; ++t) {
                        const double* const L = block(preconditioner_, t);
                        const double* const from = r_.data() + t * width_;
                        double* const to = z_.data() + t * width_;
                        for (int i = 0; i < width_; ++i) {
                          double s = from[i];
                          for (int k = 0; k < i; ++k) s -= L[i + k * width_] * to[k];
                          to[i] = s * L[i + i * width_];
                        }
                        for (int i = width_; i-- > 0;) {
                          double s = to[i];
                          for (int k = i + 1; k < width_; ++k) s -= L[k + i * width_] * to[k];
                          to[i] = s * L[i + i * width_];
                        }
                      }
                    });
  }

  /// y = S x. Each row of blocks is summed by one thread, from its left to its right.
  void multiply(const std::vector<double>& x, std::vector<double>& y, int threads) {
    if (!options_.form) return equations_->reduced_product(x.data(), y.data(), threads);
    const BlockPattern& pattern = equations_->layout().reduced;
    const int w = width_;
    parallel_chunks(pattern.block_columns(), rows_a_chunk, threads,
                    [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                      for (std::int64_t t = begin; t < end; ++t) {
                        double* const to = y.data() + t * w;
                        std::fill_n(to, w, 0.0);
                        for (std::int64_t l = row_start_[static_cast<std::size_t>(t)];
                             l < row_start_[static_cast<std::size_t>(t) + 1]; ++l) {
                          const double* B = block(blocks_, left_[static_cast<std::size_t>(l)].block);
                          const double* from = x.data() + std::int64_t{left_[static_cast<std::size_t>(l)].column} * w;
                          for (int j = 0; j < w; ++j)
                            for (int i = 0; i < w; ++i) to[i] += B[i + j * w] * from[j];
                        }
                        for (std::int64_t k = pattern.column_start[static_cast<std::size_t>(t)];
                             k < pattern.column_start[static_cast<std::size_t>(t) + 1]; ++k) {
                          const double* B = block(blocks_, k);
                          const double* from = x.data() + std::int64_t{pattern.row[static_cast<std::size_t>(k)]} * w;
                          for (int i = 0; i < w; ++i) {
                            double s = 0.0;
                            for (int j = 0; j < w; ++j)
                              s += B[j + i * w] * from[j];  // Bᵀ; the diagonal block holds both triangles
                            to[i] += s;
                          }
                        }
                      }
                    });
  }

  struct Left {
    std::int32_t column;
    std::int64_t block;
  };
  IterativeOptions options_;
  double tolerance_;
  std::int64_t iterations_ = 0;
  NormalEquations* equations_ = nullptr;
  int width_ = 0;
  AlignedArray blocks_, preconditioner_;
  std::vector<std::int64_t> row_start_;
  std::vector<Left> left_;
  std::vector<double> r_, z_, p_, Sp_;
  std::vector<double> last_;  // solution of the last system
  bool first_solve_ = false;  // nothing has been solved since factor()
  std::vector<char> positive_;
};

// Nocedal & Wright 2006, algorithm 5.3. The quadratic model q(x) = ½xᵀSx − bᵀx = −½xᵀ(r + b) falls with every step;
// what is still to gain is judged by the last gain (Nash & Sofer 1990): i (qᵢ − qᵢ₋₁) / qᵢ <= tolerance. A tolerance
// below 1e-8 asks for the residual instead, ‖r‖ in the preconditioner's norm beside where it began.
LinearStatus IterativeReduced::descend(const double* b, double* x, int threads) {
  const std::size_t n = r_.size();
  const bool precise = tolerance_ < 1e-8;
  std::copy_n(b, n, r_.begin());
  precondition(threads);
  const double first = dot(r_, z_);
  double model = begin(x, threads);
  if (model > 0.0) precondition(threads);
  p_ = z_;
  double rz = dot(r_, z_);
  if (!std::isfinite(rz)) return LinearStatus::fatal;
  for (std::int64_t i = 1; rz > 0.0; ++i) {
    if (i > options_.max_iterations) return LinearStatus::inexact;
    multiply(p_, Sp_, threads);
    const double curvature = dot(p_, Sp_);
    if (!(curvature > 0.0)) return i == 1 ? LinearStatus::retry : LinearStatus::inexact;
    ++iterations_;
    const double alpha = rz / curvature;
    for (std::size_t j = 0; j < n; ++j) {
      x[j] += alpha * p_[j];
      r_[j] -= alpha * Sp_[j];
    }
    precondition(threads);
    const double next = dot(r_, z_);
    const double gain = 0.5 * alpha * rz;
    model += gain;
    if (precise ? next <= tolerance_ * tolerance_ * first : static_cast<double>(i) * gain <= tolerance_ * model) break;
    const double beta = next / rz;
    rz = next;
    for (std::size_t j = 0; j < n; ++j) p_[j] = z_[j] + beta * p_[j];
  }
  return LinearStatus::ok;
}

LinearStatus IterativeReduced::solve(const double* b, double* x, int threads) {
  const LinearStatus status = descend(b, x, threads);
  if (first_solve_ && (status == LinearStatus::ok || status == LinearStatus::inexact)) last_.assign(x, x + r_.size());
  first_solve_ = false;
  return status;
}

}  // namespace

std::unique_ptr<ReducedSolver> make_iterative_reduced(const IterativeOptions& options) {
  return std::make_unique<IterativeReduced>(options);
}

}  // namespace thalweg::inline v0_1
