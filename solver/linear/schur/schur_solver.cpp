#include <linear/schur/schur_solver.hpp>

#include <algorithm>
#include <utility>

namespace thalweg {
namespace {

bool usable(LinearStatus status) { return status == LinearStatus::ok || status == LinearStatus::inexact; }

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
  LinearStatus status;
  if (reduced_->needs_matrix()) {
    status = equations_->eliminate(lambda, D, negative_gradient_.data(), right_.data(), threads_);
  } else {
    status = equations_->factor_landmarks(lambda, D, threads_);
    if (usable(status)) equations_->reduce(negative_gradient_.data(), right_.data(), threads_);
  }
  if (usable(status)) status = reduced_->factor(*equations_, threads_);
  if (usable(status)) status = reduced_->solve(right_.data(), kept_.data(), threads_);
  if (usable(status)) equations_->substitute(negative_gradient_.data(), kept_.data(), step, threads_);
  return status;
}

LinearStatus SchurSolver::solve_again(const double* b, double* z) {
  equations_->reduce(b, right_.data(), threads_);
  const LinearStatus status = reduced_->solve(right_.data(), kept_.data(), threads_);
  if (usable(status)) equations_->substitute(b, kept_.data(), z, threads_);
  return status;
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

}  // namespace thalweg
