// Sequential quadratic programming with a line search on the ℓ₁ merit (Nocedal & Wright 2006, algorithm 18.3).
#include <minimize/outer/constrained/convexified.hpp>
#include <minimize/outer/constrained/kkt_methods.hpp>
#include <minimize/outer/constrained/quadratic_program.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::VectorXd;

constexpr double armijo = 1e-4;
constexpr int most_halvings = 30;

class SequentialQuadratic {
 public:
  SequentialQuadratic(NonlinearProgram& program, NonlinearProgram::Multiplier& m, Journal& journal)
      : p_(program), m_(m), journal_(journal) {}

  Ending run() {
    m_ = p_.estimate();
    for (;;) {
      const auto errors = p_.errors(m_);
      if (errors.largest <= kkt_tolerance)
        return ending(Status::converged, fmt::format("the error of the conditions is {:.2g}", errors.largest), p_);
      if (const auto verdict = journal_.limit()) return ending(verdict->status, verdict->reason, p_);
      const Convexified H(p_.hessian(m_), p_.equal_jacobian());
      const auto step = quadratic(H, p_.here().equal, p_.here().unequal);
      if (!step) return ending(Status::stalled, "the linearised constraints contradict each other", p_);
      const double length = search(H, *step);
      if (!(length > 0.0)) return ending(Status::stalled, "no step lowers the merit", p_);
      if (const auto verdict = record_step(p_, errors.gradient, length * step->d.norm(), journal_))
        return ending(verdict->status, verdict->reason, p_);
    }
  }

 private:
  std::optional<QuadraticSolution> quadratic(const Convexified& H, const VectorXd& a, const VectorXd& b) const {
    auto found = minimize_quadratic(H.factor(), p_.gradient(), p_.equal_jacobian(), a, p_.unequal_jacobian(), b);
    // H has ρAᵀA in it, which A d = −a turns into −ρa of the multipliers.
    if (found) found->y -= H.rho() * a;
    return found;
  }

  static double violation(const NonlinearProgram::Values& v) {
    return v.equal.lpNorm<1>() + v.unequal.cwiseMax(0.0).lpNorm<1>();
  }
  double merit(const NonlinearProgram::Values& v) const { return v.f + penalty_ * violation(v); }

  /// How much of the step is taken, which is then taken; 0: none.
  double search(const Convexified& H, const QuadraticSolution& step) {
    double most = 0.0;
    if (step.y.size() > 0) most = step.y.lpNorm<Eigen::Infinity>();
    if (step.z.size() > 0) most = std::max(most, step.z.lpNorm<Eigen::Infinity>());
    penalty_ = std::max(penalty_, 1.1 * most);
    const double before = merit(p_.here());
    const double descent = p_.gradient().dot(step.d) - penalty_ * violation(p_.here());
    const auto lowers = [&](const NonlinearProgram::Values& v, double length) {
      return merit(v) <= before + armijo * length * std::min(descent, 0.0) + 1e-15 * std::abs(before);
    };
    double length = 1.0;
    for (int k = 0; k < most_halvings; ++k, length *= 0.5) {
      std::vector<double> x = p_.moved(length * step.d);
      const NonlinearProgram::Values v = p_.values(x);
      bool taken = lowers(v, length);
      if (!taken && k == 0) taken = correct(H, step, v, lowers, x);
      if (!taken) continue;
      p_.linearise(std::move(x));
      m_.y += length * (step.y - m_.y);
      m_.z += length * (step.z - m_.z);
      return length;
    }
    return 0.0;
  }

  /// A second-order correction, which makes up for the constraints' curvature along the step (Fletcher 1982; Nocedal &
  /// Wright 2006, section 18.5): true where x is then acceptable.
  template <class Lowers>
  bool correct(const Convexified& H, const QuadraticSolution& step, const NonlinearProgram::Values& there,
               const Lowers& lowers, std::vector<double>& x) const {
    if (!std::isfinite(there.f)) return false;
    const auto corrected =
        quadratic(H, there.equal - p_.equal_jacobian() * step.d, there.unequal - p_.unequal_jacobian() * step.d);
    if (!corrected) return false;
    x = p_.moved(corrected->d);
    return lowers(p_.values(x), 1.0);
  }

  NonlinearProgram& p_;
  NonlinearProgram::Multiplier& m_;
  Journal& journal_;
  double penalty_ = 1.0;
};

}  // namespace

Ending sequential_quadratic(NonlinearProgram& program, NonlinearProgram::Multiplier& m, Journal& journal) {
  return SequentialQuadratic(program, m, journal).run();
}

}  // namespace thalweg::inline v0_1
