// The cost that is trained, F + h inside a box, and the count of what was evaluated of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/minimize/result.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/proximable.hpp>
#include <thalweg/problem/sampled_objective.hpp>

namespace thalweg::inline v0_1 {

class TrainedCost {
 public:
  /// All arguments must outlive it; both vectors of the box have f's dimension; h may be null.
  TrainedCost(const Objective& f, const Box& box, const Proximable* h, Result::Evaluations& counts);

  std::size_t size() const { return static_cast<std::size_t>(f_.dimension()); }
  const Objective& smooth() const { return f_; }
  const Box& box() const { return box_; }
  const SampledObjective* sampled() const { return sampled_; }  ///< null: it is no sum
  const LayeredObjective* layered() const { return layered_; }
  double samples() const { return samples_; }  ///< N, 1 when it is no sum

  double penalty(std::span<const double> x) const { return h_ ? h_->value(x) : 0.0; }
  bool has_penalty() const { return h_ != nullptr; }
  double smooth_value(std::span<const double> x);                          ///< F(x)
  double smooth_gradient(std::span<const double> x, std::span<double> g);  ///< F(x), and ∇F(x) to g
  double value(std::span<const double> x) { return smooth_value(x) + penalty(x); }
  /// The batch's estimate of F/N, and its gradient to g.
  double batch_gradient(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw,
                        std::span<double> g);
  /// The same with the direction of a semi-implicit step in the gradient's place; the cost must be layered().
  double batch_direction(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw, double tau,
                         std::span<double> d);

  /// x ← Π(prox_{th}(x)): h's proximal step, then the projection on the box; both at once where h is separable.
  void confine(std::span<double> x, double t) const;
  /// ‖Π(prox_h(x − g)) − x‖∞, g = ∇F(x).
  double gradient_norm(std::span<const double> x, std::span<const double> g);

  /// So far, of all kinds, a minibatch as its part of the samples.
  double evaluations() const { return static_cast<double>(counts_.cost) + counts_.jacobian + batches_; }

 private:
  const Objective& f_;
  const SampledObjective* sampled_;
  const LayeredObjective* layered_;
  const Box& box_;
  const Proximable* h_;
  Result::Evaluations& counts_;
  double samples_, batches_ = 0.0;
  bool bounded_;
  std::vector<double> moved_;
};

}  // namespace thalweg::inline v0_1
