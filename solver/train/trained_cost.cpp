#include <train/trained_cost.hpp>

#include <algorithm>
#include <cmath>

#include <thalweg/minimize/convergence.hpp>

namespace thalweg::inline v0_1 {
namespace {

bool bounds_anything(const Box& box) {
  const auto finite = [](double v) { return std::isfinite(v); };
  return std::any_of(box.lower.begin(), box.lower.end(), finite) ||
         std::any_of(box.upper.begin(), box.upper.end(), finite);
}

}  // namespace

TrainedCost::TrainedCost(const Objective& f, const Box& box, const Proximable* h, Result::Evaluations& counts)
    : f_(f),
      sampled_(dynamic_cast<const SampledObjective*>(&f)),
      layered_(dynamic_cast<const LayeredObjective*>(&f)),
      box_(box),
      h_(h),
      counts_(counts),
      samples_(sampled_ ? static_cast<double>(sampled_->samples()) : 1.0),
      bounded_(bounds_anything(box)) {}

double TrainedCost::smooth_value(std::span<const double> x) {
  ++counts_.cost;
  return f_.value(x);
}

double TrainedCost::smooth_gradient(std::span<const double> x, std::span<double> g) {
  ++counts_.jacobian;
  return f_.gradient(x, g);
}

double TrainedCost::batch_gradient(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw,
                                   std::span<double> g) {
  ++counts_.batch_gradients;
  batches_ += static_cast<double>(batch.size()) / samples_;
  return sampled_->batch_gradient(x, batch, draw, g);
}

double TrainedCost::batch_direction(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw,
                                    double tau, std::span<double> d) {
  ++counts_.batch_gradients;
  batches_ += static_cast<double>(batch.size()) / samples_;
  return layered_->proximal_gradient_direction(x, batch, draw, tau, d);
}

void TrainedCost::confine(std::span<double> x, double t) const {
  if (h_) h_->prox(x, t);
  if (!bounded_) return;
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = std::clamp(x[j], box_.lower[j], box_.upper[j]);
}

double TrainedCost::gradient_norm(std::span<const double> x, std::span<const double> g) {
  if (!h_) return convergence::projected_gradient_norm(x, g, box_.lower, box_.upper);
  moved_.assign(x.begin(), x.end());
  for (std::size_t j = 0; j < x.size(); ++j) moved_[j] -= g[j];
  confine(moved_, 1.0);
  double norm = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) norm = std::max(norm, std::abs(moved_[j] - x[j]));
  return norm;
}

}  // namespace thalweg::inline v0_1
