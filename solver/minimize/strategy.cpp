#include <thalweg/minimize/strategy.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg {
namespace {

double scaled_norm(std::span<const double> D, const double* v) {
  double squares = 0.0;
  for (std::size_t j = 0; j < D.size(); ++j) squares += D[j] * v[j] * D[j] * v[j];
  return std::sqrt(squares);
}

/// The diagonal D: ones (Levenberg), the column norms of J (Marquardt), or the largest of them so far (Moré).
class Scale {
 public:
  enum class Rule { identity, current, monotone };
  explicit Scale(Rule rule) : rule_(rule) {}

  void start(std::span<const double> column_norms) {
    D_.assign(column_norms.size(), rule_ == Rule::identity ? 1.0 : 0.0);
    update(column_norms);
  }
  void update(std::span<const double> column_norms) {
    if (rule_ == Rule::identity) return;
    for (std::size_t j = 0; j < D_.size(); ++j) {
      const double previous = D_[j];
      D_[j] = rule_ == Rule::monotone ? std::max(previous, column_norms[j]) : column_norms[j];
      // A column that vanished (or never was) must not leave its parameter undamped.
      if (D_[j] == 0.0) D_[j] = previous > 0.0 ? previous : 1.0;
    }
  }
  std::span<const double> diagonal() const { return D_; }

 private:
  Rule rule_;
  std::vector<double> D_;
};

Scale::Rule scale_rule(const Options& options) {
  if (options.method == Method::levenberg) return Scale::Rule::identity;
  return options.scaling == Scaling::monotone ? Scale::Rule::monotone : Scale::Rule::current;
}

/// Solves with a given λ and measures the step: predicted = ½‖Jδ‖² + λ‖Dδ‖², a sum without cancellation that equals
/// −gᵀδ − ½‖Jδ‖² at the solution (Moré 1978, equation 4.4).
ProposedStep damped_step(LinearSolver& linear, double lambda, std::span<const double> D, double* step) {
  ProposedStep proposed;
  proposed.status = linear.solve(lambda, D.data(), step);
  if (proposed.status == LinearStatus::ok || proposed.status == LinearStatus::inexact) {
    proposed.scaled_norm = scaled_norm(D, step);
    proposed.predicted = 0.5 * linear.squared_product(step) + lambda * proposed.scaled_norm * proposed.scaled_norm;
  }
  return proposed;
}

/// What the damped strategies share: λ, D, and one solve per proposal.
class DampedStrategy : public Strategy {
 public:
  explicit DampedStrategy(const Options& options)
      : initial_damping_(options.initial_damping),
        identity_(options.method == Method::levenberg),
        scale_(scale_rule(options)) {}

  void start(const LinearSolver& linear, std::span<const double>) override {
    const auto norms = linear.column_norms();
    scale_.start(norms);
    lambda_ = initial_damping_;
    if (identity_) {
      const double largest = *std::max_element(norms.begin(), norms.end());
      if (largest > 0.0) lambda_ *= largest * largest;
    }
  }
  void linearized(const LinearSolver& linear) override { scale_.update(linear.column_norms()); }
  ProposedStep propose(LinearSolver& linear, double* step) override {
    return damped_step(linear, lambda_, scale_.diagonal(), step);
  }
  bool exhausted() const override { return !(lambda_ < 1e300); }
  double damping() const override { return lambda_; }
  std::span<const double> scale() const override { return scale_.diagonal(); }

 protected:
  double lambda_ = 0.0;

 private:
  double initial_damping_;
  bool identity_;
  Scale scale_;
};

/// Nielsen, "Damping Parameter in Marquardt's Method", IMM-REP-1999-05. λ has no floor: with a scale frozen at an
/// enormous start it must be able to fall below 1e-20.
class NielsenStrategy final : public DampedStrategy {
 public:
  using DampedStrategy::DampedStrategy;
  void start(const LinearSolver& linear, std::span<const double> x) override {
    DampedStrategy::start(linear, x);
    growth_ = 2.0;
  }
  void accepted(double gain, double) override {
    const double t = 2.0 * gain - 1.0;
    lambda_ *= std::max(1.0 / 3.0, 1.0 - t * t * t);
    lambda_ = std::max(lambda_, std::numeric_limits<double>::min());
    growth_ = 2.0;
  }
  void rejected(double, double) override {
    lambda_ *= growth_;
    growth_ *= 2.0;
  }

 private:
  double growth_ = 2.0;
};

/// Marquardt 1963.
class MarquardtStrategy final : public DampedStrategy {
 public:
  explicit MarquardtStrategy(const Options& options) : DampedStrategy(options), factor_(options.damping_factor) {}
  void accepted(double, double) override { lambda_ = std::max(lambda_ / factor_, std::numeric_limits<double>::min()); }
  void rejected(double, double) override { lambda_ *= factor_; }

 private:
  double factor_;
};

/// A trust region ‖Dδ‖ ≤ Δ: λ = 0 when the Gauss-Newton step lies inside, else the root of ‖Dδ(λ)‖ = Δ to 10 %,
/// found by Hebden's iteration on 1/‖Dδ‖, which is nearly linear in λ (Moré 1978, section 5; Nocedal & Wright 2006,
/// algorithm 4.3).
class RadiusStrategy final : public Strategy {
 public:
  explicit RadiusStrategy(const Options& options) : factor_(options.initial_radius), scale_(scale_rule(options)) {}

  void start(const LinearSolver& linear, std::span<const double> x) override {
    scale_.start(linear.column_norms());
    const double at_start = scaled_norm(scale_.diagonal(), x.data());
    radius_ = factor_ * (at_start > 0.0 ? at_start : 1.0);
    lambda_ = 0.0;
  }
  void linearized(const LinearSolver& linear) override { scale_.update(linear.column_norms()); }

  ProposedStep propose(LinearSolver& linear, double* step) override {
    const auto D = scale_.diagonal();
    ProposedStep proposed = damped_step(linear, 0.0, D, step);
    if (proposed.status == LinearStatus::ok && proposed.scaled_norm <= 1.1 * radius_) {
      lambda_ = 0.0;
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
    return proposed;
  }

  void accepted(double gain, double scaled) override {
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
  double gradient_bound(const LinearSolver& linear) const {
    double squares = 0.0;
    const auto g = linear.gradient();
    for (std::size_t j = 0; j < g.size(); ++j) {
      const double q = g[j] / scale_.diagonal()[j];
      squares += q * q;
    }
    return std::sqrt(squares);
  }
  /// Newton's step on 1/Δ − 1/‖Dδ(λ)‖, by qᵀ(JᵀJ + λD²)⁻¹q with q = D²δ/‖Dδ‖.
  double correction(LinearSolver& linear, const double* step, double scaled) {
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

/// Gauss-Newton. Without a line search every finite step is taken; with one, a rejected step is halved, and a step is
/// accepted by Armijo's rule, its decrease at least 1e-4 of −t gᵀδ.
class GaussNewtonStrategy final : public Strategy {
 public:
  explicit GaussNewtonStrategy(const Options& options)
      : line_search_(options.globalization != Globalization::none), scale_(Scale::Rule::current) {}

  void start(const LinearSolver& linear, std::span<const double>) override {
    scale_.start(linear.column_norms());
    length_ = 1.0;
  }
  void linearized(const LinearSolver& linear) override {
    scale_.update(linear.column_norms());
    length_ = 1.0;
  }
  ProposedStep propose(LinearSolver& linear, double* step) override {
    const auto D = scale_.diagonal();
    ProposedStep proposed;
    proposed.status = linear.solve(0.0, D.data(), step);
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

std::unique_ptr<Strategy> make_strategy(const Options& options) {
  if (options.method == Method::gauss_newton) return std::make_unique<GaussNewtonStrategy>(options);
  switch (options.damping) {
    case Damping::marquardt:
      return std::make_unique<MarquardtStrategy>(options);
    case Damping::radius:
      return std::make_unique<RadiusStrategy>(options);
    case Damping::nielsen:
      break;
  }
  return std::make_unique<NielsenStrategy>(options);
}

}  // namespace thalweg
