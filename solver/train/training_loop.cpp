#include <train/training_loop.hpp>

#include <utility>

#include <minimize/objective/general.hpp>

namespace thalweg::inline v0_1 {

Ending TrainingLoop::run(std::vector<double> x) {
  x_ = std::move(x);
  std::optional<Verdict> verdict = start();
  while (!verdict) verdict = advance();
  return log_.conclude(std::move(*verdict));
}

std::optional<Verdict> TrainingLoop::start() {
  const double value = evaluate(x_);
  if (auto verdict = non_finite_start(cost_.smooth(), value, g_)) return verdict;
  first_norm_ = cost_.gradient_norm(x_, g_);
  begin();
  return log_.record(x_, value, first_norm_);
}

double TrainingLoop::evaluate(std::span<const double> x) {
  value_ = cost_.smooth_gradient(x, g_);
  return value_ + cost_.penalty(x);
}

}  // namespace thalweg::inline v0_1
