#include <algorithm>
#include <cmath>

#include <minimize/strategy/strategies.hpp>
#include <minimize/strategy/trust_radius.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// A trust region ‖Dδ‖ ≤ Δ: λ = 0 when the Gauss-Newton step lies inside, else the λ whose step has the length Δ.
class RadiusStrategy final : public Strategy {
 public:
  explicit RadiusStrategy(const Options& options) : factor_(options.initial_radius), scale_(scale_rule(options)) {}

  void exempt(std::span<const char> columns) override { scale_.exempt(columns); }
  void start(const DampedSystem& linear, std::span<const double> x) override {
    scale_.start(linear.column_norms());
    radius_.start(first_radius(factor_, scale_.diagonal(), x, linear.gradient()));
    search_.start();
    lambda_ = 0.0;
  }
  void linearized(const DampedSystem& linear) override { scale_.update(linear.column_norms()); }

  ProposedStep propose(DampedSystem& linear, double* step) override {
    const auto D = scale_.diagonal();
    ProposedStep proposed = damped_step(linear, 0.0, D, step);
    const bool inside = proposed.status == LinearStatus::ok && proposed.scaled_norm <= 1.1 * radius_.value();
    if (!inside) proposed = search_.find(linear, D, radius_.value(), step);
    lambda_ = inside ? 0.0 : search_.lambda();
    scale_.proposed(step);
    return proposed;
  }

  void accepted(double gain, double scaled) override {
    scale_.accepted(gain);
    radius_.accepted(gain, scaled);
  }
  void rejected(double, double scaled) override { radius_.rejected(scaled); }
  bool exhausted() const override { return !(radius_.value() > 1e-300); }
  double damping() const override { return lambda_; }
  std::span<const double> scale() const override { return scale_.diagonal(); }

 private:
  double factor_;
  Scale scale_;
  LengthSearch search_;
  TrustRadius radius_{2.0, 0.25};
  double lambda_ = 0.0;
};

}  // namespace

std::unique_ptr<Strategy> make_radius_strategy(const Options& options) {
  return std::make_unique<RadiusStrategy>(options);
}

}  // namespace thalweg::inline v0_1
