// A primal-dual interior point method with a line search (Nocedal & Wright 2006, section 19.2 to 19.4).
#include <minimize/outer/constrained/convexified.hpp>
#include <minimize/outer/constrained/kkt_methods.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double first_barrier = 0.1;
constexpr double off_boundary = 1e-2;       // slacks at the start, at least
constexpr double to_boundary = 0.995;       // of the way, at most
constexpr double barrier_fulfilled = 10.0;  // of μ: the error of a barrier problem at which μ shrinks
constexpr double armijo = 1e-4;
constexpr int most_halvings = 30;

class InteriorPoint {
 public:
  InteriorPoint(NonlinearProgram& program, NonlinearProgram::Multiplier& m, Journal& journal)
      : p_(program), m_(m), journal_(journal) {}

  Ending run() {
    begin();
    for (;;) {
      const auto errors = p_.errors(m_);
      if (errors.largest <= kkt_tolerance)
        return ending(Status::converged, fmt::format("the error of the conditions is {:.2g}", errors.largest), p_);
      if (const auto verdict = journal_.limit()) return ending(verdict->status, verdict->reason, p_);
      lower_barrier();
      const Step step = newton_step();
      const double length = search(step);
      if (!(length > 0.0)) return ending(Status::stalled, "no step lowers the merit", p_);
      if (const auto verdict = record_step(p_, errors.gradient, length * step.x.norm(), journal_))
        return ending(verdict->status, verdict->reason, p_);
    }
  }

 private:
  struct Step {
    VectorXd x, s, y, z;
  };

  void begin() {
    p_.linearise(p_.off_bounds(off_boundary));
    s_ = (-p_.here().unequal).cwiseMax(off_boundary);
    s_.tail(p_.bounds()) = -p_.here().unequal.tail(p_.bounds());
    m_ = p_.estimate();
    m_.z = first_barrier * s_.cwiseInverse();
  }

  /// c_I + s.
  VectorXd gap() const { return p_.here().unequal + s_; }

  double barrier_error() const {
    double most = p_.errors({m_.y, m_.z}).gradient;
    if (p_.equalities() > 0) most = std::max(most, p_.here().equal.lpNorm<Eigen::Infinity>());
    if (s_.size() > 0) {
      most = std::max(most, gap().lpNorm<Eigen::Infinity>());
      most = std::max(most, (s_.cwiseProduct(m_.z).array() - mu_).matrix().lpNorm<Eigen::Infinity>());
    }
    return most;
  }
  /// Superlinearly as the barrier problems are solved (Wächter & Biegler 2006, (7)).
  void lower_barrier() {
    constexpr double least = 0.01 * kkt_tolerance;
    while (mu_ > least && barrier_error() <= barrier_fulfilled * mu_)
      mu_ = std::max(least, std::min(0.2 * mu_, std::pow(mu_, 1.5)));
  }

  /// Of the equations of the barrier problem, slacks and their multipliers eliminated.
  Step newton_step() const {
    const MatrixXd &A = p_.equal_jacobian(), &B = p_.unequal_jacobian();
    const VectorXd weight = m_.z.cwiseQuotient(s_), pull = weight.cwiseProduct(gap()) + mu_ * s_.cwiseInverse();
    const Convexified M(p_.hessian(m_) + B.transpose() * weight.asDiagonal() * B, A);
    VectorXd rhs = -(p_.gradient() + A.transpose() * m_.y + B.transpose() * pull);
    Step step{{}, {}, VectorXd::Zero(A.rows()), {}};
    if (A.rows() > 0) {
      rhs -= M.rho() * A.transpose() * p_.here().equal;
      const MatrixXd MA = M.factor().solve(A.transpose());
      step.x = M.factor().solve(rhs);
      step.y = Eigen::ColPivHouseholderQR<MatrixXd>(A * MA).solve(A * step.x + p_.here().equal);
      step.x -= MA * step.y;
    } else {
      step.x = M.factor().solve(rhs);
    }
    step.s = -gap() - B * step.x;
    step.z = pull + weight.cwiseProduct(B * step.x) - m_.z;
    return step;
  }

  static double longest(const VectorXd& at, const VectorXd& step) {
    double length = 1.0;
    for (Index k = 0; k < at.size(); ++k)
      if (step(k) < 0.0) length = std::min(length, -to_boundary * at(k) / step(k));
    return length;
  }

  double merit(const NonlinearProgram::Values& v, const VectorXd& s) const {
    return v.f - mu_ * s.array().log().sum() + penalty_ * (v.equal.lpNorm<1>() + (v.unequal + s).lpNorm<1>());
  }

  /// How much of the step is taken, which is then taken; 0: none.
  double search(const Step& step) {
    const double off = p_.here().equal.lpNorm<1>() + gap().lpNorm<1>();
    const double slope = p_.gradient().dot(step.x) - mu_ * step.s.cwiseQuotient(s_).sum();
    // The penalty that makes the step one of descent (Nocedal & Wright 2006, (18.36)).
    if (off > 0.0) penalty_ = std::max(penalty_, 2.0 * std::max(slope, 0.0) / off);
    penalty_ = std::max(penalty_, 1.1 * largest_multiplier(step));
    const double descent = slope - penalty_ * off, before = merit(p_.here(), s_);
    double length = longest(s_, step.s);
    const double length_z = longest(m_.z, step.z);
    for (int k = 0; k < most_halvings; ++k, length *= 0.5) {
      std::vector<double> x = p_.moved(length * step.x);
      const NonlinearProgram::Values v = p_.values(x);
      VectorXd s = s_ + length * step.s;
      // Slacks of bounds are what is left to them.
      s.tail(p_.bounds()) = -v.unequal.tail(p_.bounds());
      if (!(s.size() == 0 || s.minCoeff() > 0.0)) continue;
      const double rounding = 1e-15 * std::abs(before);
      if (!(merit(v, s) <= before + armijo * length * std::min(descent, 0.0) + rounding)) continue;
      take(std::move(x), std::move(s), step, length, length_z);
      return length;
    }
    return 0.0;
  }

  double largest_multiplier(const Step& step) const {
    double most = 0.0;
    if (m_.y.size() > 0) most = (m_.y + step.y).lpNorm<Eigen::Infinity>();
    if (m_.z.size() > 0) most = std::max(most, (m_.z + step.z).lpNorm<Eigen::Infinity>());
    return most;
  }

  void take(std::vector<double> x, VectorXd s, const Step& step, double length, double length_z) {
    p_.linearise(std::move(x));
    s_ = std::move(s);
    m_.y += length * step.y;
    m_.z += length_z * step.z;
    // Multipliers stay near μ/s (Wächter & Biegler 2006, (16)).
    constexpr double apart = 1e10;
    for (Index k = 0; k < s_.size(); ++k) m_.z(k) = std::clamp(m_.z(k), mu_ / s_(k) / apart, mu_ / s_(k) * apart);
  }

  NonlinearProgram& p_;
  NonlinearProgram::Multiplier& m_;
  Journal& journal_;
  VectorXd s_;  // slacks of the inequalities
  double mu_ = first_barrier, penalty_ = 1.0;
};

}  // namespace

Ending interior_point(NonlinearProgram& program, NonlinearProgram::Multiplier& m, Journal& journal) {
  return InteriorPoint(program, m, journal).run();
}

}  // namespace thalweg::inline v0_1
