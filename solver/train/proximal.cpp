// Proximal gradient steps, plain and accelerated.
#include <algorithm>
#include <cmath>

#include <train/trainer.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Costs this close together, relatively, are equal as far as rounding can tell.
constexpr double cost_noise = 1e-13;
// A step that does not move x beyond its last digits, so many times in a row, is the last.
constexpr int most_idle_steps = 10;
constexpr double idle_step = 1e-15;
// As small as rounding leaves the gradient mapping, beside the gradient at the start.
constexpr double rounding_gradient = 1e-7;

/// Beck & Teboulle 2009, ISTA and FISTA with backtracking; the momentum is dropped where it points uphill
/// (O'Donoghue & Candès 2015, section 3.2, the gradient scheme).
class ProximalDescent final : public TrainingLoop {
 public:
  ProximalDescent(const TrainOptions& options, TrainedCost& cost, TrainingLog& log)
      : TrainingLoop(options, cost, log),
        accelerated_(options.rule == Rule::fista),
        fixed_(!std::isnan(options.rate)),
        trial_(cost.size()) {}

 private:
  void begin() override {
    point_ = x_;
    step_ = fixed_ ? options_.rate / cost_.samples() : guessed_step();
  }
  std::optional<Verdict> advance() override {
    take_step();
    std::optional<Verdict> verdict = judge();
    look_further();
    return verdict;
  }

  /// 1/L, L the curvature along the gradient: no upper bound of it, so the first steps may be shortened.
  double guessed_step() {
    double length = 0.0, size = 0.0;
    for (std::size_t j = 0; j < x_.size(); ++j) {
      length = std::max(length, std::abs(g_[j]));
      size = std::max(size, std::abs(x_[j]));
    }
    if (length == 0.0) return 1.0;
    const double reach = 1e-6 * std::max(size, 1.0) / length;
    for (std::size_t j = 0; j < x_.size(); ++j) trial_[j] = x_[j] - reach * g_[j];
    std::vector<double> ahead(x_.size());
    cost_.smooth_gradient(trial_, ahead);
    double change = 0.0;
    for (std::size_t j = 0; j < x_.size(); ++j) change = std::max(change, std::abs(ahead[j] - g_[j]));
    const double step = reach * length / change;
    return std::isfinite(step) ? step : 1.0 / length;
  }

  /// trial = prox(point − t ∇F(point)), with t such that the parabola of curvature 1/t stays above F there.
  void take_step() {
    while (true) {
      for (std::size_t j = 0; j < x_.size(); ++j) trial_[j] = point_[j] - step_ * g_[j];
      cost_.confine(trial_, step_);
      trial_value_ = cost_.smooth_value(trial_);
      if (fixed_ || below_parabola() || step_ < 1e-300) break;
      step_ *= 0.5;
    }
  }

  bool below_parabola() const {
    double linear = 0.0, squares = 0.0;
    for (std::size_t j = 0; j < x_.size(); ++j) {
      const double d = trial_[j] - point_[j];
      linear += g_[j] * d;
      squares += d * d;
    }
    return trial_value_ <= value_ + linear + squares / (2.0 * step_) + cost_noise * std::abs(value_);
  }

  std::optional<Verdict> judge() {
    double mapping = 0.0, moved = 0.0, squares = 0.0, size = 0.0;
    for (std::size_t j = 0; j < x_.size(); ++j) {
      mapping = std::max(mapping, std::abs(trial_[j] - point_[j]) / step_);
      moved = std::max(moved, std::abs(trial_[j] - x_[j]));
      size = std::max(size, std::abs(x_[j]));
      squares += (trial_[j] - x_[j]) * (trial_[j] - x_[j]);
    }
    idle_ = moved <= idle_step * size ? idle_ + 1 : 0;
    if (cost_.sampled()) log_.epoch_completed();
    log_.stepped(step_ * cost_.samples(), std::sqrt(squares));
    // The gradient mapping where the gradient was taken; the test is made where x is.
    double norm = mapping;
    if (mapping <= options_.gradient_tolerance || idle_ >= most_idle_steps) {
      std::vector<double> g(x_.size());
      cost_.smooth_gradient(trial_, g);
      norm = cost_.gradient_norm(trial_, g);
    }
    const double total = trial_value_ + cost_.penalty(trial_);
    if (auto verdict = log_.record(trial_, total, std::max(norm, mapping > options_.gradient_tolerance ? norm : 0.0)))
      return verdict;
    if (idle_ < most_idle_steps) return std::nullopt;
    if (norm <= rounding_gradient * std::max(first_norm_, 1.0))
      return Verdict{Status::converged, "the steps no longer move any parameter beyond its last digits"};
    return Verdict{Status::stalled, "the steps no longer move any parameter, but the gradient is not small"};
  }

  /// The next point at which the gradient is taken: x itself, or with momentum beyond it.
  void look_further() {
    double uphill = 0.0;
    for (std::size_t j = 0; j < x_.size(); ++j) uphill += (point_[j] - trial_[j]) * (trial_[j] - x_[j]);
    if (uphill > 0.0) momentum_ = 1.0;
    const double next = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * momentum_ * momentum_));
    const double beta = accelerated_ ? (momentum_ - 1.0) / next : 0.0;
    momentum_ = next;
    for (std::size_t j = 0; j < x_.size(); ++j) point_[j] = trial_[j] + beta * (trial_[j] - x_[j]);
    std::swap(x_, trial_);
    value_ = cost_.smooth_gradient(point_, g_);
  }

  bool accelerated_, fixed_;
  std::vector<double> point_, trial_;  ///< where g was taken, and where its step leads
  double trial_value_ = 0.0;           ///< F there
  double step_ = 1.0;                  ///< t, of F
  double momentum_ = 1.0;
  int idle_ = 0;
};

}  // namespace

std::unique_ptr<TrainingLoop> make_proximal_descent(const TrainOptions& options, TrainedCost& cost, TrainingLog& log) {
  return std::make_unique<ProximalDescent>(options, cost, log);
}

}  // namespace thalweg::inline v0_1
