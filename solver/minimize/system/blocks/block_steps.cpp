#include <minimize/system/blocks/block_steps.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

constexpr double holding = 1e20;

/// Zero in the columns that are held.
template <class Out>
void mask(std::span<const char> held, Out& v) {
  for (std::size_t j = 0; j < held.size(); ++j)
    if (held[j]) v[j] = 0.0;
}

}  // namespace

void BlockSteps::hold(std::span<const char> held) {
  const auto norms = linear_.column_norms();
  held_.assign(held.begin(), held.end());
  if (held_.empty()) held_.resize(norms.size(), 0);
  column_norms_.assign(norms.begin(), norms.end());
  mask(held_, column_norms_);
  mask(held_, gradient_);
}

void BlockSteps::take(std::span<const char> held) {
  if (std::none_of(held.begin(), held.end(), [](char h) { return h != 0; })) return held_.clear();
  const auto g = linear_.gradient();
  gradient_.assign(g.begin(), g.end());
  hold(held);
}

void BlockSteps::shift(std::span<const double> slope, std::span<const char> held) {
  gradient_.assign(slope.begin(), slope.end());
  hold(held);
}

std::span<const double> BlockSteps::gradient() const {
  return held_.empty() ? linear_.gradient() : std::span<const double>(gradient_);
}

std::span<const double> BlockSteps::column_norms() const {
  return held_.empty() ? linear_.column_norms() : std::span<const double>(column_norms_);
}

/// The damping, squared, of the equations with their held columns pinned.
void BlockSteps::pin(double lambda, const double* D) {
  const auto norms = linear_.column_norms();
  const double root = std::sqrt(lambda);
  damped_.resize(norms.size());
  for (std::size_t j = 0; j < norms.size(); ++j) {
    const double own = norms[j] > 0.0 ? std::sqrt(holding) * norms[j] : 1.0;
    damped_[j] = held_[j] ? own : lambda > 0.0 ? root * D[j] : 0.0;
  }
}

LinearStatus BlockSteps::solve(double lambda, const double* D, double* step) {
  damping_ = lambda;
  factored_held_ = held_;
  if (held_.empty()) return linear_.solve(lambda, D, step);
  pin(lambda, D);
  right_.resize(gradient_.size());
  std::transform(gradient_.begin(), gradient_.end(), right_.begin(), [](double g) { return -g; });
  const LinearStatus status = linear_.solve_for(right_.data(), 1.0, damped_.data(), step);
  if (usable(status)) mask(held_, step);
  return status;
}

LinearStatus BlockSteps::solve_again(const double* b, double* z) {
  if (held_.empty()) return linear_.solve_again(b, z);
  right_.assign(b, b + held_.size());
  mask(held_, right_);
  const LinearStatus status = linear_.solve_again(right_.data(), z);
  if (usable(status)) mask(held_, z);
  return status;
}

double BlockSteps::squared_step(double lambda, double scaled, const double* step) const {
  if (held_.empty()) return linear_.squared_step(lambda, scaled, step);
  double slope = 0.0;
  for (std::size_t j = 0; j < gradient_.size(); ++j) slope -= gradient_[j] * step[j];
  return slope - lambda * scaled * scaled;
}

std::optional<double> BlockSteps::decrement_by_last_factor(const double* D, double most) {
  if (held_ != factored_held_) return std::nullopt;
  if (held_.empty()) return linear_.decrement_by_last_factor(damping_, D, most);
  pin(damping_, D);
  return linear_.decrement_by_last_factor(1.0, damped_.data(), most, held_);
}

}  // namespace thalweg::inline v0_1
