// The seam between the descent loop and the ways of choosing a search direction.
#pragma once

#include <memory>
#include <span>

#include <Eigen/Core>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/objective.hpp>

namespace thalweg::inline v0_1 {

/// A point of the descent, as directions see it. All vectors have the dimension of the objective.
struct DescentPoint {
  std::span<const double> x;
  const Eigen::VectorXd& g;
  const Eigen::VectorXd& D;    ///< the objective's scale here, positive; 1 where it knows none
  std::span<const char> held;  ///< nonzero: the component stays where it is
};

/// Chooses d with gᵀd < 0 and dⱼ = 0 where a component is held.
class Direction {
 public:
  virtual ~Direction() = default;
  /// What solves its linear systems, and why it does, for the report.
  virtual std::string_view linear_solver() const { return "none"; }
  virtual std::string_view reason() const { return "directions come from gradients; there is no linear system"; }

  virtual void propose(const Objective& f, const DescentPoint& at, Eigen::VectorXd& d) = 0;
  /// The step s was taken from where the last direction was proposed, and changed the gradient by y.
  virtual void moved(const Eigen::VectorXd& s, const Eigen::VectorXd& y) = 0;
  /// Forgets what it learnt: the next direction follows from the point alone.
  virtual void reset() = 0;
  /// Whether the direction comes with a length: α = 1 is the natural first trial.
  virtual bool has_length() const = 0;
  /// At a stationary point: a direction along which F bends down, if there is one and second derivatives are known.
  virtual bool escape(const Objective&, const DescentPoint&, Eigen::VectorXd&) { return false; }
};

/// d = −g (Cauchy 1847).
std::unique_ptr<Direction> make_steepest_direction();
/// d = −D⁻²g + βd: conjugate gradients in the variables Dx, D as it was at the last restart.
std::unique_ptr<Direction> make_conjugate_direction(ConjugateGradient formula);
/// d = −Hg, H the inverse BFGS matrix, dense; H₀ = γD⁻².
std::unique_ptr<Direction> make_bfgs_direction(const Options& options, Result& counts);
/// The same from the last pairs alone (two-loop recursion).
std::unique_ptr<Direction> make_lbfgs_direction(const Options& options, Result& counts);
/// (∇²F + E) d = −g, E ≥ 0 such that the matrix is safely positive definite: Gill & Murray's modified Cholesky.
std::unique_ptr<Direction> make_newton_direction(Result& counts);

std::unique_ptr<Direction> make_direction(const Options& options, Result& counts);

}  // namespace thalweg::inline v0_1
