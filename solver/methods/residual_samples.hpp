// The residuals of a problem as samples.
#pragma once

#include <utility>
#include <vector>

#include <minimize/objective/least_squares.hpp>
#include <thalweg/problem/program.hpp>
#include <thalweg/problem/sampled_objective.hpp>

namespace thalweg::inline v0_1 {

/// Every item of every group, priors among them, is a sample; the parameters are the components of x that may move.
class ResidualSamples final : public SampledObjective {
 public:
  /// `x`: all components, those that stay fixed among them. The program must outlive it.
  ResidualSamples(const Program& program, std::vector<double> x, int threads);

  std::string name(std::int64_t i) const override { return squares_.name(i); }
  std::int64_t samples() const override { return static_cast<std::int64_t>(items_.size()); }
  double value(std::span<const double> z) const override { return squares_.value(z); }
  double gradient(std::span<const double> z, std::span<double> g) const override { return squares_.gradient(z, g); }
  double batch_gradient(std::span<const double> z, std::span<const std::int64_t> batch, std::uint64_t draw,
                        std::span<double> g) const override;

  std::vector<double> reduced(const std::vector<double>& x) const { return squares_.reduced(x); }
  std::vector<double> expanded(std::span<const double> z) const { return squares_.expanded(z); }
  Box box() const { return squares_.box(); }

 private:
  const Program& program_;
  LeastSquares squares_;
  std::vector<std::pair<std::size_t, std::int64_t>> items_;  // group and item of each sample
};

}  // namespace thalweg::inline v0_1
