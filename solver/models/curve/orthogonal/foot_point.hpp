// The point of a curve that is nearest to a measured one. Private.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace thalweg::inline v0_1::orthogonal {

/// What f − y is at a point u: value, gradient and Hessian by u.
template <int K>
struct Local {
  double g = 0.0;
  Eigen::Matrix<double, K, 1> a;
  Eigen::Matrix<double, K, K> H;
};

/// Minimises ½‖u‖² + ½ g(u)²/σ², or with σ = 0 ½‖u‖² subject to g(u) = 0, from u = 0 by Newton's method on the
/// conditions u + λa = 0, g = σ²λ, with a line search on that sum or on the exact penalty ½‖u‖² + μ|g| (Nocedal &
/// Wright 2006, section 18.3). u are deviations in standard deviations. It asks for evaluations one by one, so that
/// those of many points run together.
template <int K>
class FootPoint {
 public:
  using Vector = Eigen::Matrix<double, K, 1>;
  using Matrix = Eigen::Matrix<double, K, K>;

  FootPoint() = default;
  /// `variance` is σ²; `size`: of the measured point in standard deviations, for what rounding is.
  FootPoint(double variance, double size) : variance_(variance), rounding_(rounding(size)) {
    u_.setZero();
    trial_.setZero();
  }

  /// A step this short changes nothing.
  static double rounding(double size) { return 8.0 * epsilon * size; }
  /// Where an evaluation is wanted; at the end the foot point.
  const Vector& trial() const { return trial_; }
  /// Takes the evaluation there. Returns whether another is wanted.
  bool take(const Local<K>& here) {
    const bool finite = std::isfinite(here.g) && here.a.allFinite() && here.H.allFinite();
    if (state_ == State::first) {
      point_ = here;
      if (!finite) return finish(State::lost);
    } else if (!finite || (state_ == State::searching && !is_lower(here))) {
      return finite && may_correct() ? correct(here) : shorten();
    }
    u_ = trial_;
    point_ = here;
    return state_ == State::closing ? finish(State::found) : advance();
  }

  /// The distance, with the sign of g; NaN where there is no foot point. Of a descent that did not come to its end,
  /// which happens to points near a centre of curvature, it is that of the point reached, where that is near the curve.
  double distance() const {
    const double to_tangent = (point_.g - point_.a.dot(u_)) / normal();
    if (state_ == State::found) return to_tangent;
    if (state_ != State::unfinished) return std::numeric_limits<double>::quiet_NaN();
    if (variance_ == 0.0) {
      const bool near = std::abs(point_.g) <= 0.1 * normal() * u_.norm();
      return near ? to_tangent : std::numeric_limits<double>::quiet_NaN();
    }
    return std::copysign(std::sqrt(u_.squaredNorm() + point_.g * point_.g / variance_), point_.g);
  }
  /// √(σ² + ‖a‖²).
  double normal() const { return std::sqrt(variance_ + point_.a.squaredNorm()); }
  const Local<K>& local() const { return point_; }
  double variance() const { return variance_; }

 private:
  enum class State { first, searching, closing, found, unfinished, lost };
  static constexpr double epsilon = std::numeric_limits<double>::epsilon();
  static constexpr int most_evaluations = 300;
  // After so many the steps are Gauss-Newton's, shorter where Newton's lead astray, and every eighth is Newton's.
  static constexpr int newton_evaluations = 40;
  // A step shorter than this part of the distance leaves its square, or is the last one.
  static constexpr double last_step = 1e-6;
  // Where B is almost singular steps along the curve would be far too long.
  static constexpr double longest_step = 2.0;
  static constexpr double sufficient = 1e-4, shortest = 1e-14;

  bool finish(State state) {
    state_ = state;
    trial_ = u_;
    return false;
  }

  /// λ of the nearest point of the tangent plane.
  double multiplier(const Local<K>& at, const Vector& u) const {
    return (at.g - at.a.dot(u)) / (variance_ + at.a.squaredNorm());
  }
  double merit(const Local<K>& at, const Vector& u) const {
    const double squares = 0.5 * u.squaredNorm();
    return variance_ > 0.0 ? squares + 0.5 * at.g * at.g / variance_ : squares + penalty_ * std::abs(at.g);
  }
  /// How far the conditions of a foot point are from being met, squared.
  double violation(const Local<K>& at, const Vector& u) const {
    return (u + multiplier(at, u) * at.a).squaredNorm() + at.g * at.g / at.a.squaredNorm();
  }

  bool is_lower(const Local<K>& here) const {
    return merit(here, trial_) <= merit(point_, u_) - sufficient * t_ * std::abs(slope_);
  }

  /// A full step along a bent curve leaves it, and may raise the penalty however near the foot point is (Maratos): the
  /// second-order correction brings it back to the curve (Nocedal & Wright 2006, section 15.5).
  bool may_correct() const { return variance_ == 0.0 && t_ == 1.0 && !corrected_; }
  bool correct(const Local<K>& here) {
    corrected_ = true;
    ++evaluations_;
    trial_ -= point_.a * (here.g / point_.a.squaredNorm());
    return true;
  }

  /// Rounding may end the descent at the foot point itself.
  State without_descent() const {
    const bool there = violation(point_, u_) <= last_step * last_step * u_.squaredNorm() + rounding_ * rounding_;
    return there ? State::found : State::unfinished;
  }

  bool shorten() {
    t_ *= 0.5;
    if (t_ < shortest || ++evaluations_ > most_evaluations) return finish(without_descent());
    trial_ = u_ + t_ * step_;
    state_ = State::searching;
    return true;
  }

  bool advance() {
    if (++evaluations_ > most_evaluations) return finish(without_descent());
    if (!find_step()) return leave_flat_point();
    t_ = 1.0;
    corrected_ = false;
    const double size = u_.norm() + std::abs(point_.g) / normal(), length = step_.norm();
    if (length > longest_step * size) {
      step_ *= longest_step * size / length;
      slope_ *= longest_step * size / length;
    }
    trial_ = u_ + step_;
    state_ = length <= last_step * size + rounding_ ? State::closing : State::searching;
    return true;
  }

  /// Where the gradient vanishes no side is nearer: to any side.
  bool leave_flat_point() {
    if (flat_) return finish(State::lost);
    flat_ = true;
    for (int i = 0; i < K; ++i) trial_[i] = u_[i] + 0.01 / (1 + i);
    state_ = State::first;
    return true;
  }

  /// Solves B δ + λa = −u, aᵀδ − σ²λ = −g, B = I + λH; false where the gradient is zero and σ too.
  ///
  /// κ aaᵀ added to B, as far as 1/σ² allows it, leaves δ as it is and makes B positive definite where the problem is
  /// convex along the curve. Where it is not, the Gauss-Newton step, B = I, descends.
  bool find_step() {
    const Local<K>& at = point_;
    const double squares = at.a.squaredNorm();
    if (!(variance_ + squares > 0.0)) return false;
    const double lambda = multiplier(at, u_);
    Matrix B = Matrix::Identity() + lambda * at.H;
    double kappa = 0.0;
    factor_.compute(B);
    if (!is_positive_definite() && squares > 0.0) {
      kappa = 10.0 * (1.0 + std::abs(lambda) * at.H.norm()) / squares;
      if (variance_ > 0.0) kappa = std::min(kappa, 1.0 / variance_);
      B += kappa * at.a * at.a.transpose();
      factor_.compute(B);
    }
    if (!is_positive_definite() || (evaluations_ > newton_evaluations && evaluations_ % 8 != 0)) {
      kappa = 0.0;
      factor_.compute(Matrix::Identity());
    }
    solve(kappa);
    if (variance_ == 0.0) {
      slope_ = u_.dot(step_) - penalty_ * std::abs(at.g);
    } else {
      slope_ = u_.dot(step_) + at.g * at.a.dot(step_) / variance_;
    }
    return step_.allFinite();
  }

  bool is_positive_definite() const {
    return factor_.info() == Eigen::Success && factor_.matrixLLT().diagonal().minCoeff() > 1e-6;
  }

  void solve(double kappa) {
    const Local<K>& at = point_;
    const double rest = 1.0 - kappa * variance_;
    double multiplier = kappa * at.g;  // all of 1/σ² is in B
    if (rest > 0.0) {
      const Vector Ba = factor_.solve(at.a);
      const double s = variance_ / rest;
      multiplier = (at.g * (1.0 + kappa * s) - Ba.dot(u_)) / (s + Ba.dot(at.a));
    }
    step_ = -factor_.solve(u_ + multiplier * at.a);
    if (variance_ == 0.0) penalty_ = std::max(penalty_, 2.0 * std::abs(multiplier - kappa * at.g));
  }

  double variance_ = 1.0, rounding_ = 0.0, penalty_ = 0.0, t_ = 1.0, slope_ = 0.0;
  Vector u_, trial_, step_;
  Local<K> point_;
  Eigen::LLT<Matrix> factor_;
  State state_ = State::first;
  int evaluations_ = 0;
  bool flat_ = false, corrected_ = false;
};

}  // namespace thalweg::inline v0_1::orthogonal
