// A cost that is a sum over samples, so that a few of them estimate the whole.
#pragma once

#include <cstdint>
#include <span>

#include <thalweg/problem/objective.hpp>

namespace thalweg::inline v0_1 {

/// F(x) = Σᵢ fᵢ(x) + R(x) over the samples i = 0 … N−1; R is a penalty, perhaps 0.
class SampledObjective : public Objective {
 public:
  using Objective::Objective;

  virtual std::int64_t samples() const = 0;  ///< N

  /// (1/|B|) Σ_{i∈B} fᵢ(x) + R(x)/N, the estimate of F/N by the minibatch B, and its gradient to g (n). `draw` numbers
  /// the random numbers of this evaluation, such as dropout's masks: the same draw gives the same bits. The full value
  /// and gradient draw nothing.
  virtual double batch_gradient(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw,
                                std::span<double> g) const = 0;

  /// Whether batch_gradient uses random numbers: then even a batch of all samples gives another gradient than F's.
  virtual bool draws() const { return false; }
};

/// A network whose layers can take an implicit step each ("Proximal backpropagation", Frerix et al., ICLR 2018).
class LayeredObjective : public SampledObjective {
 public:
  using SampledObjective::SampledObjective;
  /// Whether there are layers at all; without them there is no such direction.
  virtual bool has_layers() const { return true; }
  /// d = the direction of the semi-implicit step with prox length tau for the minibatch: as a gradient, of F/N; returns
  /// the batch's value.
  virtual double proximal_gradient_direction(std::span<const double> x, std::span<const std::int64_t> batch,
                                             std::uint64_t draw, double tau, std::span<double> d) const = 0;
};

}  // namespace thalweg::inline v0_1
