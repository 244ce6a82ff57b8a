#include <algorithm>
#include <cmath>
#include <limits>

#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// What the damped strategies share: λ, D, and one solve per proposal.
class DampedStrategy : public Strategy {
 public:
  explicit DampedStrategy(const Options& options)
      : scale_(scale_rule(options)),
        initial_damping_(std::isnan(options.initial_damping) ? first_damping : options.initial_damping),
        identity_(options.method == Method::levenberg) {}

  void exempt(std::span<const char> columns) override { scale_.exempt(columns); }
  void start(const DampedSystem& linear, std::span<const double>) override {
    const auto norms = linear.column_norms();
    scale_.start(norms);
    unit_ = 1.0;
    singular_ = 0.0;
    if (identity_) {
      double largest = norms.empty() ? 0.0 : *std::max_element(norms.begin(), norms.end());
      linear.find_largest({&largest, 1});
      if (largest > 0.0) unit_ = largest * largest;
    }
    lambda_ = initial_damping_ * unit_;
  }
  void linearized(const DampedSystem& linear) override { scale_.update(linear.column_norms()); }
  ProposedStep propose(DampedSystem& linear, double* step) override {
    const ProposedStep proposed = damped_step(linear, lambda_, scale_.diagonal(), step);
    if (proposed.status == LinearStatus::retry) singular_ = std::max(singular_, lambda_);
    scale_.proposed(step);
    return proposed;
  }
  bool exhausted() const override { return !(lambda_ < 1e300); }
  double damping() const override { return lambda_; }
  std::span<const double> scale() const override { return scale_.diagonal(); }

 protected:
  /// λ scaled by a factor below 1, or above. Zero stays zero as long as steps succeed, and is left when one fails. What
  /// was singular to rounding, as gauge freedom is with too little damping, is not gone back to.
  void lower(double factor) {
    if (lambda_ > 0.0)
      lambda_ = std::max(
          {lambda_ * factor, std::numeric_limits<double>::min(), std::min(lambda_, clear_of_singular * singular_)});
  }
  void raise(double factor) { lambda_ = lambda_ > 0.0 ? lambda_ * factor : first_damping * unit_; }

  double lambda_ = 0.0;
  Scale scale_;

 private:
  static constexpr double first_damping = 1e-3, clear_of_singular = 8.0;
  double singular_ = 0.0;  // the largest λ that left the equations singular
  double unit_ = 1.0;      // of λ
  double initial_damping_;
  bool identity_;
};

/// Nielsen, "Damping Parameter in Marquardt's Method", IMM-REP-1999-05. λ has no floor: with a scale frozen at an
/// enormous start it must be able to fall below 1e-20.
class NielsenStrategy final : public DampedStrategy {
 public:
  explicit NielsenStrategy(const Options& options)
      : DampedStrategy(options), exponent_(options.damping_exponent > 0 ? options.damping_exponent : usual_exponent) {}
  void start(const DampedSystem& linear, std::span<const double> x) override {
    DampedStrategy::start(linear, x);
    growth_ = 2.0;
  }
  void accepted(double gain, double) override {
    double power = 1.0;
    for (int i = 0; i < exponent_; ++i) power *= 2.0 * gain - 1.0;
    scale_.accepted(gain);
    lower(std::max(1.0 / 3.0, 1.0 - power));
    growth_ = 2.0;
  }
  void rejected(double, double) override {
    raise(growth_);
    growth_ *= 2.0;
  }

 private:
  static constexpr int usual_exponent = 3;
  int exponent_;
  double growth_ = 2.0;
};

/// Marquardt 1963.
class MarquardtStrategy final : public DampedStrategy {
 public:
  explicit MarquardtStrategy(const Options& options) : DampedStrategy(options), factor_(options.damping_factor) {}
  void accepted(double gain, double) override {
    scale_.accepted(gain);
    lower(1.0 / factor_);
  }
  void rejected(double, double) override { raise(factor_); }

 private:
  double factor_;
};

}  // namespace

std::unique_ptr<Strategy> make_damped_strategy(const Options& options) {
  if (options.damping == Damping::marquardt) return std::make_unique<MarquardtStrategy>(options);
  return std::make_unique<NielsenStrategy>(options);
}

}  // namespace thalweg::inline v0_1
