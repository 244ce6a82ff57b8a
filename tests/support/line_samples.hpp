// Least squares on a small table, as a sum over samples: for tests of training.
#pragma once

#include <random>
#include <vector>

#include <thalweg/problem/sampled_objective.hpp>

namespace line_samples {

/// Σ ½ (a + b xᵢ − yᵢ)² over seeded samples near a = 1, b = −2. Counts what is asked of it.
class Line final : public thalweg::SampledObjective {
 public:
  explicit Line(int samples, double noise = 0.1) : SampledObjective(2) {
    std::mt19937 random(5);
    std::normal_distribution<double> normal;
    for (int i = 0; i < samples; ++i) {
      x.push_back(samples > 1 ? -1.0 + 2.0 * i / (samples - 1) : 0.5);
      y.push_back(1.0 - 2.0 * x.back() + noise * normal(random));
    }
  }

  std::int64_t samples() const override { return static_cast<std::int64_t>(x.size()); }
  double value(std::span<const double> p) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += 0.5 * residual(p, i) * residual(p, i);
    return sum;
  }
  double gradient(std::span<const double> p, std::span<double> g) const override {
    ++gradients;
    g[0] = g[1] = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += add(p, i, g);
    return sum;
  }
  double batch_gradient(std::span<const double> p, std::span<const std::int64_t> batch, std::uint64_t,
                        std::span<double> g) const override {
    batches.emplace_back(batch.begin(), batch.end());
    g[0] = g[1] = 0.0;
    double sum = 0.0;
    for (const std::int64_t i : batch) sum += add(p, static_cast<std::size_t>(i), g);
    const double each = 1.0 / static_cast<double>(batch.size());
    g[0] *= each;
    g[1] *= each;
    return each * sum;
  }

  std::vector<double> x, y;
  mutable int gradients = 0;
  mutable std::vector<std::vector<std::int64_t>> batches;

 private:
  double residual(std::span<const double> p, std::size_t i) const { return p[0] + p[1] * x[i] - y[i]; }
  double add(std::span<const double> p, std::size_t i, std::span<double> g) const {
    const double r = residual(p, i);
    g[0] += r;
    g[1] += r * x[i];
    return 0.5 * r * r;
  }
};

}  // namespace line_samples
