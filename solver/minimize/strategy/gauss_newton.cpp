#include <cmath>

#include <minimize/strategy/strategies.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// Gauss-Newton. Without a line search every finite step is taken; with one, a rejected step is halved, and a step is
/// accepted by Armijo's rule, its decrease at least 1e-4 of −t gᵀδ. Where J is rank-deficient the step is the
/// minimum-norm one.
class GaussNewtonStrategy final : public Strategy {
 public:
  explicit GaussNewtonStrategy(const Options& options)
      : line_search_(options.globalization != Globalization::none), scale_(Scale::Rule::current) {}

  void exempt(std::span<const char> columns) override { scale_.exempt(columns); }
  void start(const DampedSystem& linear, std::span<const double>) override {
    scale_.start(linear.column_norms());
    length_ = 1.0;
  }
  void linearized(const DampedSystem& linear) override {
    scale_.update(linear.column_norms());
    length_ = 1.0;
  }
  ProposedStep propose(DampedSystem& linear, double* step) override {
    const auto D = scale_.diagonal();
    ProposedStep proposed;
    proposed.status = linear.minimum_norm(D.data(), step);
    if (proposed.status != LinearStatus::ok && proposed.status != LinearStatus::inexact) return proposed;
    const auto g = linear.gradient();
    double slope = 0.0;
    for (std::size_t j = 0; j < D.size(); ++j) {
      slope -= g[j] * step[j];
      step[j] *= length_;
    }
    proposed.scaled_norm = scaled_norm(D, step);
    proposed.predicted = length_ * (1.0 - 0.5 * length_) * slope;  // of the model, where ‖Jδ‖² = −gᵀδ
    return proposed;
  }
  bool accepts(double gain) const override { return !line_search_ || gain * (1.0 - 0.5 * length_) > 1e-4; }
  void accepted(double, double) override { length_ = 1.0; }
  void rejected(double, double) override { length_ = line_search_ ? 0.5 * length_ : 0.0; }
  bool exhausted() const override { return !(length_ > 1e-16); }
  double damping() const override { return 0.0; }
  std::span<const double> scale() const override { return scale_.diagonal(); }

 private:
  bool line_search_;
  Scale scale_;
  double length_ = 1.0;
};

}  // namespace

std::unique_ptr<Strategy> make_gauss_newton_strategy(const Options& options) {
  return std::make_unique<GaussNewtonStrategy>(options);
}

}  // namespace thalweg::inline v0_1
