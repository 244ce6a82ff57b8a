// Penalties on the weights. Private to the floor.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <thalweg/problem/proximable.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1::regression {

/// The parameters of one output or unit that penalties count: its weights without the intercept or bias.
struct Weights {
  std::int64_t begin, end;
};

/// R(θ) = ½ θᵀQθ: ½λ‖w‖², or with a reference class ½λ Σₖ ‖wₖ − w̄‖² over all K classes, w₀ = 0: what the penalty on K
/// weight vectors comes to when they are shifted together to where it is least.
class Ridge {
 public:
  Ridge(double lambda, std::vector<Weights> units, bool reference)
      : lambda_(lambda), units_(std::move(units)), reference_(reference) {}
  double lambda() const { return lambda_; }
  double value(std::span<const double> x) const;
  /// out += factor · Q v.
  void apply(std::span<const double> v, double factor, std::span<double> out) const;
  /// H += Q, H n × n.
  void add_hessian(std::span<double> H, std::int64_t n) const;
  /// Qⱼⱼ.
  void add_diagonal(std::span<double> D) const;

  /// Rows of √Q, each a list of (parameter, coefficient).
  using Row = std::vector<std::pair<std::int64_t, double>>;
  std::vector<Row> rows() const;

 private:
  double lambda_;
  std::vector<Weights> units_;
  bool reference_;
};

/// The residuals √Q θ, so that half the sum of their squares is R.
class RidgeResiduals final : public ResidualGroup {
 public:
  RidgeResiduals(const Ridge& ridge, std::int64_t parameters);

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double*, std::int64_t, std::int64_t, const double* const*, double*) const override {}

 private:
  std::vector<Ridge::Row> rows_;
};

/// λ‖w‖₁ and the indicator of ‖w‖₂ ≤ c of each unit; null when λ = 0 and c = ∞.
std::shared_ptr<const Proximable> make_penalty(double l1, double max_norm, std::vector<Weights> units);

}  // namespace thalweg::inline v0_1::regression
