// Minimisation under equalities and inequalities: an augmented Lagrangian around the solves.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/constraints.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// A constraint at the solution.
struct ConstraintValue {
  std::string name;  ///< the group's, with item and component where there are several
  Constraints::Kind kind = Constraints::Kind::equality;
  double value = 0.0;  ///< c(x)
  /// λ of F + Σ λc: the least cost falls by λ for each unit by which the constraint is loosened, c(x) = t or c(x) ≤ t.
  double multiplier = 0.0;
  bool active = false;  ///< an equality, or an inequality that holds with equality and a multiplier above zero
};

struct ConstrainedOptions {
  /// Of constraints, beside their size: the largest Σⱼ |∂c/∂xⱼ xⱼ|, or |c|, at the start and the ends of the solves.
  double tolerance = 1e-10;
  int max_outer = 60;  ///< solves, each with other multipliers

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

struct ConstrainedResult {
  /// As of a solve without constraints: final_cost is F alone, while the costs of the trace have the constraints' part.
  /// Converged: the last solve's own claim was verified, every constraint holds to its tolerance, and λ > 0 only where
  /// an inequality holds with equality.
  Result result;
  std::vector<ConstraintValue> constraints;
  int outer = 0;            ///< solves
  double penalty = 0.0;     ///< μ of the last one, of constraints beside their sizes at the start
  bool infeasible = false;  ///< no point that satisfies all was found, and ½‖violations‖² has a minimum here
  /// Conditions of Karush, Kuhn & Tucker at the end, all in the units of the problem: ‖Π(x − ∇ₓL) − x‖∞ with the
  /// bounds' projection Π (NaN where a block is on a manifold), the largest violation, and the largest |λ c| of an
  /// inequality.
  double stationarity = std::numeric_limits<double>::quiet_NaN();
  double violation = std::numeric_limits<double>::quiet_NaN();
  double complementarity = std::numeric_limits<double>::quiet_NaN();
};

/// Minimises ½ Σ ρ(‖r(x)‖²) within the bounds of the problem and under the constraints, from `start`, which need not
/// satisfy them. Each outer step minimises F(x) + ½ μ Σ (c + λ/μ)² over the equalities and + ½ μ Σ max(0, c + λ/μ)²
/// over the inequalities by solve(), that is, with rows √μ (c + λ/μ) beside the residuals; then λ ← λ + μ c, ≥ 0 of
/// inequalities, and μ grows tenfold where the violation did not fall to a quarter (Powell 1969; Hestenes 1969;
/// Rockafellar 1973; Birgin & Martínez 2014, algorithm 4.1; Nocedal & Wright 2006, section 17.4). Where violations no
/// longer fall, ½‖violations‖² alone is minimised: a positive minimum says that the constraints contradict each other
/// there, and which.
///
/// Methods that live on residuals neglect λ ∇²c, which is not small where a curved constraint is active: small dense
/// problems with such constraints are solved by Method::newton in their place.
ConstrainedResult solve(const Problem& problem, const Constraints& constraints, std::vector<double> start,
                        const Options& options = {}, const ConstrainedOptions& constrained = {});
/// The same from the problem's start.
ConstrainedResult solve(const Problem& problem, const Constraints& constraints, const Options& options = {},
                        const ConstrainedOptions& constrained = {});

}  // namespace thalweg::inline v0_1
