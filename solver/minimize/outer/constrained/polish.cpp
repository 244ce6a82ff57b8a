#include <minimize/outer/constrained/polish.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int most_steps = 5;

class NewtonKkt {
 public:
  NewtonKkt(ConstrainedModel& model, VectorXd& lambda) : model_(model), lambda_(lambda) {}

  void run(std::vector<double>& x) {
    linearise(x);
    double error = residual();
    for (int k = 0; k < most_steps && error > 0.0; ++k) {
      const std::vector<double> x_before = x;
      const VectorXd lambda_before = lambda_;
      const double last = error;
      Step next = step(x);
      // An inequality whose multiplier would be below zero is not active.
      for (; next == Step::dropped; next = step(x)) linearise(x);
      if (next == Step::taken) {
        linearise(x);
        error = residual();
      }
      if (next == Step::taken && error < 0.5 * last) continue;
      if (next == Step::none || !(error < last)) {
        x = x_before;
        lambda_ = lambda_before;
      }
      return;
    }
  }

 private:
  void linearise(const std::vector<double>& x) {
    model_.linearise(x);
    H_ = model_.hessian(lambda_);
    g_ = model_.gradient() + model_.jacobian().transpose() * lambda_;
    active_.clear();
    for (Index k = 0; k < model_.conditions(); ++k)
      if (model_.is_equality(k) || lambda_(k) > 0.0) active_.push_back(k);
    free_.clear();
    for (Index c = 0; c < model_.columns(); ++c) {
      // A component at a bound that the gradient pushes out of it is held.
      const double at = x[model_.component(c)];
      const bool held = (at <= model_.lower(c) && g_(c) > 0.0) || (at >= model_.upper(c) && g_(c) < 0.0);
      if (!held) free_.push_back(c);
    }
  }

  double residual() const {
    double most = 0.0;
    for (const Index k : active_) most = std::max(most, std::abs(model_.condition()(k)));
    for (const Index c : free_) most = std::max(most, std::abs(g_(c)));
    return most;
  }

  /// none: the equations are singular, or the step leaves the bounds; dropped: a multiplier was set to zero.
  enum class Step { taken, dropped, none };
  Step step(std::vector<double>& x) {
    const auto n = static_cast<Index>(free_.size()), m = static_cast<Index>(active_.size());
    if (n == 0) return Step::none;
    MatrixXd K = MatrixXd::Zero(n + m, n + m);
    K.topLeftCorner(n, n) = H_(free_, free_);
    K.bottomLeftCorner(m, n) = model_.jacobian()(active_, free_);
    K.topRightCorner(n, m) = K.bottomLeftCorner(m, n).transpose();
    VectorXd rhs(n + m);
    rhs << -g_(free_), -model_.condition()(active_);
    const VectorXd d = Eigen::PartialPivLU<MatrixXd>(K).solve(rhs);
    if (!d.allFinite()) return Step::none;
    if (drop(d.tail(m))) return Step::dropped;
    for (Index i = 0; i < n; ++i) {
      const Index c = free_[static_cast<std::size_t>(i)];
      const double to = x[model_.component(c)] + d(i);
      if (to < model_.lower(c) || to > model_.upper(c)) return Step::none;
      x[model_.component(c)] = to;
    }
    for (Index k = 0; k < m; ++k) lambda_(active_[static_cast<std::size_t>(k)]) += d(n + k);
    return Step::taken;
  }

  /// The inequality whose multiplier would be the lowest, if below zero.
  bool drop(const VectorXd& change) {
    Index worst = -1;
    double lowest = 0.0;
    for (Index k = 0; k < change.size(); ++k) {
      const Index at = active_[static_cast<std::size_t>(k)];
      const double multiplier = lambda_(at) + change(k);
      if (model_.is_equality(at) || !(multiplier < lowest)) continue;
      worst = at;
      lowest = multiplier;
    }
    if (worst < 0) return false;
    lambda_(worst) = 0.0;
    return true;
  }

  ConstrainedModel& model_;
  VectorXd& lambda_;
  std::vector<Index> active_, free_;  // conditions; columns
  MatrixXd H_;                        // of L
  VectorXd g_;                        // ∇ₓL
};

}  // namespace

void polish(ConstrainedModel& model, VectorXd& lambda, std::vector<double>& x) { NewtonKkt(model, lambda).run(x); }

}  // namespace thalweg::inline v0_1
