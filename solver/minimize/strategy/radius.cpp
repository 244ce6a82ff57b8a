#include <algorithm>
#include <cmath>

#include <minimize/strategy/strategies.hpp>

namespace thalweg {
namespace {

/// A trust region ‖Dδ‖ ≤ Δ: λ = 0 when the Gauss-Newton step lies inside, else the root of ‖Dδ(λ)‖ = Δ to 10 %,
/// found by Hebden's iteration on 1/‖Dδ‖, which is nearly linear in λ (Moré 1978, section 5; Nocedal & Wright 2006,
/// algorithm 4.3).
class RadiusStrategy final : public Strategy {
 public:
  explicit RadiusStrategy(const Options& options) : factor_(options.initial_radius), scale_(scale_rule(options)) {}

  void exempt(std::span<const char> columns) override { scale_.exempt(columns); }
  void start(const DampedSystem& linear, std::span<const double> x) override {
    scale_.start(linear.column_norms());
    const double at_start = scaled_norm(scale_.diagonal(), x.data());
    radius_ = factor_ * (at_start > 0.0 ? at_start : 1.0);
    lambda_ = 0.0;
  }
  void linearized(const DampedSystem& linear) override { scale_.update(linear.column_norms()); }

  ProposedStep propose(DampedSystem& linear, double* step) override {
    const auto D = scale_.diagonal();
    ProposedStep proposed = damped_step(linear, 0.0, D, step);
    if (proposed.status == LinearStatus::ok && proposed.scaled_norm <= 1.1 * radius_) {
      lambda_ = 0.0;
      scale_.proposed(step);
      return proposed;
    }
    double lower = 0.0;
    double upper = gradient_bound(linear) / radius_;  // at this λ the step is surely inside
    double lambda = lambda_ > 0.0 && lambda_ < upper ? lambda_ : 1e-3 * upper;
    for (int i = 0; i < 20; ++i) {
      proposed = damped_step(linear, lambda, D, step);
      if (proposed.status != LinearStatus::ok) {
        lower = std::max(lower, lambda);
        lambda = std::max(10.0 * lambda, 1e-3 * upper);
        continue;
      }
      if (std::abs(proposed.scaled_norm - radius_) <= 0.1 * radius_) break;
      if (proposed.scaled_norm > radius_)
        lower = lambda;
      else
        upper = lambda;
      lambda += correction(linear, step, proposed.scaled_norm);
      if (!(lambda > lower && lambda < upper)) lambda = std::max(1e-3 * upper, std::sqrt(lower * upper));
    }
    lambda_ = lambda;
    scale_.proposed(step);
    return proposed;
  }

  void accepted(double gain, double scaled) override {
    scale_.accepted(gain);
    if (gain < 0.25)
      radius_ = 0.5 * std::min(radius_, scaled);
    else if (gain > 0.75)
      radius_ = std::max(radius_, 2.0 * scaled);
  }
  void rejected(double, double scaled) override {
    radius_ = 0.25 * (scaled > 0.0 ? std::min(radius_, scaled) : radius_);
  }
  bool exhausted() const override { return !(radius_ > 1e-300); }
  double damping() const override { return lambda_; }
  std::span<const double> scale() const override { return scale_.diagonal(); }

 private:
  /// ‖D⁻¹g‖, which bounds λ‖Dδ‖.
  double gradient_bound(const DampedSystem& linear) const {
    double squares = 0.0;
    const auto g = linear.gradient();
    for (std::size_t j = 0; j < g.size(); ++j) {
      const double q = g[j] / scale_.diagonal()[j];
      squares += q * q;
    }
    return std::sqrt(squares);
  }
  /// Newton's step on 1/Δ − 1/‖Dδ(λ)‖, by qᵀ(JᵀJ + λD²)⁻¹q with q = D²δ/‖Dδ‖.
  double correction(DampedSystem& linear, const double* step, double scaled) {
    const auto D = scale_.diagonal();
    q_.resize(D.size());
    z_.resize(D.size());
    for (std::size_t j = 0; j < D.size(); ++j) q_[j] = D[j] * D[j] * step[j] / scaled;
    if (linear.solve_again(q_.data(), z_.data()) != LinearStatus::ok) return 0.0;
    double slope = 0.0;
    for (std::size_t j = 0; j < D.size(); ++j) slope += q_[j] * z_[j];
    return slope > 0.0 ? (scaled - radius_) / (radius_ * slope) : 0.0;
  }

  double factor_;
  Scale scale_;
  double radius_ = 0.0, lambda_ = 0.0;
  std::vector<double> q_, z_;
};

}  // namespace

std::unique_ptr<Strategy> make_radius_strategy(const Options& options) {
  return std::make_unique<RadiusStrategy>(options);
}

}  // namespace thalweg
