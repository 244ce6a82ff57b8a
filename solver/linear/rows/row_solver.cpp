#include <linear/rows/row_solver.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <thalweg/linear/iterative.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::int64_t most_iterations = 500;
// The part of the gradient that may be left beside the part of the model's decrease that may, which is roughly its
// square; the gradient of LSQR goes up and down.
constexpr double gradient_left = 0.1;

/// [J; √λ D] with its columns scaled.
class DampedRows final : public LinearOperator {
 public:
  DampedRows(const JacobianRows& J, std::span<const double> damping, std::span<const double> scale, int threads)
      : J_(J), damping_(damping), scale_(scale), threads_(threads), scaled_(scale.size()) {}

  std::int64_t rows() const override { return J_.rows() + J_.columns(); }
  std::int64_t columns() const override { return J_.columns(); }
  void apply(const double* x, double* y) const override {
    for (std::size_t j = 0; j < scale_.size(); ++j) {
      scaled_[j] = scale_[j] * x[j];
      y[static_cast<std::size_t>(J_.rows()) + j] = damping_[j] * scaled_[j];
    }
    J_.multiply(scaled_.data(), y, threads_);
  }
  void apply_transposed(const double* x, double* y) const override {
    J_.multiply_transposed(x, y, threads_);
    for (std::size_t j = 0; j < scale_.size(); ++j)
      y[j] = scale_[j] * (y[j] + damping_[j] * x[static_cast<std::size_t>(J_.rows()) + j]);
  }

 private:
  const JacobianRows& J_;
  std::span<const double> damping_, scale_;
  int threads_;
  mutable std::vector<double> scaled_;
};

/// AᵀA of an operator.
class NormalOperator final : public LinearOperator {
 public:
  explicit NormalOperator(const LinearOperator& A) : A_(A), product_(static_cast<std::size_t>(A.rows())) {}
  std::int64_t rows() const override { return A_.columns(); }
  std::int64_t columns() const override { return A_.columns(); }
  void apply(const double* x, double* y) const override {
    A_.apply(x, product_.data());
    A_.apply_transposed(product_.data(), y);
  }

 private:
  const LinearOperator& A_;
  mutable std::vector<double> product_;
};

LinearStatus status_of(const IterationOutcome& outcome) {
  using enum IterationOutcome::Status;
  switch (outcome.status) {
    case converged:
      return LinearStatus::ok;
    case diverged:
      return LinearStatus::fatal;
    default:
      return outcome.iterations > 0 ? LinearStatus::inexact : LinearStatus::retry;
  }
}

}  // namespace

RowSolver::RowSolver(std::string name, KrylovMethod method, std::unique_ptr<JacobianRows> rows, int threads)
    : name_(std::move(name)), method_(method), rows_(std::move(rows)), threads_(threads) {}

void RowSolver::damp(double lambda, const double* D) {
  const auto norms = rows_->column_norms();
  damping_.resize(norms.size());
  scale_.resize(norms.size());
  const double root = std::sqrt(lambda);
  for (std::size_t j = 0; j < norms.size(); ++j) {
    damping_[j] = lambda > 0.0 ? root * D[j] : 0.0;
    const double norm = std::hypot(norms[j], damping_[j]);
    scale_[j] = norm > 0.0 ? 1.0 / norm : 0.0;
  }
}

LinearStatus RowSolver::solve(double lambda, const double* D, double* step) {
  if (method_ == KrylovMethod::minres) {
    const auto g = gradient();
    right_.resize(g.size());
    std::transform(g.begin(), g.end(), right_.begin(), [](double a) { return -a; });
    return solve_for(right_.data(), lambda, D, step);
  }
  damp(lambda, D);
  const DampedRows A(*rows_, damping_, scale_, threads_);
  right_.assign(static_cast<std::size_t>(A.rows()), 0.0);
  const auto r = rows_->residual();
  std::transform(r.begin(), r.end(), right_.begin(), [](double a) { return -a; });
  const IterationOptions how = {.tolerance = 0.0,
                                .gradient_reduction = gradient_left * tolerance_,
                                .max_iterations = most_iterations,
                                .record = false};
  std::fill_n(step, A.columns(), 0.0);
  const IterationOutcome outcome =
      method_ == KrylovMethod::lsqr ? lsqr(A, right_.data(), step, how) : lsmr(A, right_.data(), step, how);
  for (std::size_t j = 0; j < scale_.size(); ++j) step[j] *= scale_[j];
  return status_of(outcome);
}

LinearStatus RowSolver::solve_for(const double* b, double lambda, const double* D, double* x) {
  damp(lambda, D);
  return solve_again(b, x);
}

LinearStatus RowSolver::solve_again(const double* b, double* z) {
  const DampedRows A(*rows_, damping_, scale_, threads_);
  const NormalOperator H(A);
  scaled_right_.resize(scale_.size());
  for (std::size_t j = 0; j < scale_.size(); ++j) scaled_right_[j] = scale_[j] * b[j];
  std::fill_n(z, scale_.size(), 0.0);
  const IterationOptions how = {
      .tolerance = gradient_left * tolerance_, .max_iterations = most_iterations, .record = false};
  const IterationOutcome outcome = method_ == KrylovMethod::lsqr
                                       ? conjugate_gradients(H, scaled_right_.data(), z, nullptr, how)
                                       : minres(H, scaled_right_.data(), z, nullptr, how);
  for (std::size_t j = 0; j < scale_.size(); ++j) z[j] *= scale_[j];
  return status_of(outcome);
}

void RowSolver::product(const double* v, double* Hv) const {
  product_.resize(static_cast<std::size_t>(rows_->rows()));
  rows_->multiply(v, product_.data(), threads_);
  rows_->multiply_transposed(product_.data(), Hv, threads_);
}

double RowSolver::squared_product(const double* v) const {
  product_.resize(static_cast<std::size_t>(rows_->rows()));
  rows_->multiply(v, product_.data(), threads_);
  double squares = 0.0;
  for (const double p : product_) squares += p * p;
  return squares;
}

}  // namespace thalweg::inline v0_1
