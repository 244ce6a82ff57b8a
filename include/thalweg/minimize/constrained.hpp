// Minimisation under equalities and inequalities: what may be told, and what is reported.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/problem/constraints.hpp>

namespace thalweg::inline v0_1 {

/// What finds the multipliers λ of a problem with constraints. Whichever it is, the point is claimed converged only
/// after a solve of the augmented problem from it, with its λ, was verified.
enum class ConstrainedMethod {
  automatic,             ///< augmented_lagrangian
  augmented_lagrangian,  ///< solves of F + ½ μ Σ (c + λ/μ)², λ ← λ + μc between them (Hestenes 1969, Powell 1969)
  interior_point,        ///< steps on the conditions of Karush, Kuhn & Tucker, slacks and multipliers kept above zero
                   ///< (Nocedal & Wright 2006, section 19.2); dense, JᵀJ and the constraints' curvature for the Hessian
                   ///< of L
  sequential_quadratic,  ///< a quadratic program under linearised constraints at each step (Nocedal & Wright 2006,
                         ///< algorithm 18.3); dense, the exact Hessian of L made positive definite
};
std::string_view to_string(ConstrainedMethod);
/// Accepts short forms; throws Error that lists what there is.
ConstrainedMethod parse_constrained_method(std::string_view);

struct ConstrainedOptions {
  ConstrainedMethod method = ConstrainedMethod::automatic;
  /// Of constraints, beside their size: Σⱼ |∂c/∂xⱼ xⱼ|, or |c|, where they are measured; at least 1e-3 of that at the
  /// start.
  double tolerance = 1e-10;
  int max_outer = 60;  ///< solves of augmented problems, each with other multipliers

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// A constraint at the solution.
struct ConstraintValue {
  std::string name;  ///< the group's, with item and component where there are several
  Constraints::Kind kind = Constraints::Kind::equality;
  double value = 0.0;  ///< c(x)
  /// λ of F + Σ λc: the least cost falls by λ for each unit by which the constraint is loosened, c(x) = t or c(x) ≤ t.
  double multiplier = 0.0;
  bool active = false;  ///< an equality, or an inequality that holds with equality and a multiplier above zero
};

/// How a problem with constraints ended, beside its Result.
struct ConstrainedOutcome {
  std::vector<ConstraintValue> constraints;
  int outer = 0;            ///< solves of augmented problems
  double penalty = 0.0;     ///< μ of the last one, of constraints beside their sizes at the start
  bool infeasible = false;  ///< no point that satisfies all was found, and ½‖violations‖² has a minimum here
  /// Conditions of Karush, Kuhn & Tucker at the end, all in the units of the problem: ‖Π(x − ∇ₓL) − x‖∞ with the
  /// bounds' projection Π (NaN where a block is on a manifold), the largest violation, and the largest |λ c| of an
  /// inequality.
  double stationarity = std::numeric_limits<double>::quiet_NaN();
  double violation = std::numeric_limits<double>::quiet_NaN();
  double complementarity = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace thalweg::inline v0_1
