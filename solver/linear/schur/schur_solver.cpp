#include <linear/schur/schur_solver.hpp>

#include <algorithm>
#include <utility>

namespace thalweg::inline v0_1 {
namespace {

// Conjugate gradients with a factor of nearby equations: so many, and the part of the residual's squared norm, that of
// the preconditioner, which may be left.
constexpr int most_gradients = 4;
constexpr double left_over = 1e-4;

double dot(std::span<const double> a, std::span<const double> b) {
  double s = 0.0;
#pragma omp simd reduction(+ : s)
  for (std::size_t j = 0; j < a.size(); ++j) s += a[j] * b[j];
  return s;
}

}  // namespace

SchurSolver::SchurSolver(std::string name, std::unique_ptr<NormalEquations> equations,
                         std::unique_ptr<ReducedSolver> reduced, int threads)
    : name_(std::move(name)), equations_(std::move(equations)), reduced_(std::move(reduced)), threads_(threads) {
  const NormalLayout& layout = equations_->layout();
  right_.resize(static_cast<std::size_t>(layout.tiles) * static_cast<std::size_t>(layout.width));
  kept_.resize(right_.size());
  negative_gradient_.resize(static_cast<std::size_t>(layout.columns));
}

LinearStatus SchurSolver::solve(double lambda, const double* D, double* step) {
  const auto g = gradient();
  std::transform(g.begin(), g.end(), negative_gradient_.begin(), [](double a) { return -a; });
  return solve_for(negative_gradient_.data(), lambda, D, step);
}

LinearStatus SchurSolver::solve_for(const double* b, double lambda, const double* D, double* x) {
  LinearStatus status;
  if (reduced_->needs_matrix()) {
    status = equations_->eliminate(lambda, D, b, right_.data(), threads_);
  } else {
    status = equations_->factor_landmarks(lambda, D, threads_);
    if (usable(status)) equations_->reduce(b, right_.data(), threads_);
  }
  if (usable(status)) status = reduced_->factor(*equations_, threads_);
  factored_ = usable(status) && reduced_->keeps_factor();
  if (usable(status)) status = reduced_->solve(right_.data(), kept_.data(), threads_);
  if (usable(status)) equations_->substitute(b, kept_.data(), x, threads_);
  return status;
}

LinearStatus SchurSolver::solve_again(const double* b, double* z) {
  equations_->reduce(b, right_.data(), threads_);
  const LinearStatus status = reduced_->solve(right_.data(), kept_.data(), threads_);
  if (usable(status)) equations_->substitute(b, kept_.data(), z, threads_);
  return status;
}

std::optional<double> SchurSolver::decrement_by_last_factor(double lambda, const double* D, double most,
                                                            std::span<const char> held) {
  if (!factored_ || !usable(equations_->factor_landmarks(lambda, D, threads_))) return std::nullopt;
  const auto g = gradient();
  for (LargeVector<double>* v : {&left_, &direction_, &preconditioned_}) v->resize(g.size());
  product_.resize(g.size());
  const auto mask = [held](auto& v) {
    for (std::size_t j = 0; j < held.size(); ++j)
      if (held[j]) v[j] = 0.0;
  };
  std::transform(g.begin(), g.end(), left_.begin(), [](double a) { return -a; });
  mask(left_);
  if (!usable(solve_again(left_.data(), preconditioned_.data()))) return std::nullopt;
  mask(preconditioned_);
  direction_ = preconditioned_;
  const double at_first = dot(left_, preconditioned_);
  double squared = at_first, gained = 0.0;
  for (int k = 0; k < most_gradients; ++k) {
    equations_->product(direction_.data(), product_.data(), threads_);
    mask(product_);
    const double curvature = dot(direction_, product_);
    if (!(squared > 0.0 && curvature > 0.0)) return std::nullopt;
    const double alpha = squared / curvature;
    gained += 0.5 * alpha * squared;
    if (!(gained <= most)) return std::nullopt;
    for (std::size_t j = 0; j < left_.size(); ++j) left_[j] -= alpha * product_[j];
    if (!usable(solve_again(left_.data(), preconditioned_.data()))) return std::nullopt;
    mask(preconditioned_);
    const double next = dot(left_, preconditioned_);
    if (next <= left_over * at_first) return gained;
    for (std::size_t j = 0; j < left_.size(); ++j) direction_[j] = preconditioned_[j] + next / squared * direction_[j];
    squared = next;
  }
  return std::nullopt;
}

double SchurSolver::squared_product(const double* v) const {
  product_.resize(gradient().size());
  equations_->product(v, product_.data(), threads_);
  double s = 0.0;
  for (std::size_t j = 0; j < product_.size(); ++j) s += v[j] * product_[j];
  return s;
}

double SchurSolver::squared_step(double lambda, double scaled, const double* step) const {
  double slope = 0.0;
  const auto g = gradient();
  for (std::size_t j = 0; j < g.size(); ++j) slope -= g[j] * step[j];
  return slope - lambda * scaled * scaled;
}

}  // namespace thalweg::inline v0_1
