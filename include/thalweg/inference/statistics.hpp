// What a fit says about its parameters: errors, intervals, correlations, and what the data cannot
// determine.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/box.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/noise.hpp>

namespace thalweg::inline v0_1 {

inline constexpr double unset = std::numeric_limits<double>::quiet_NaN();

/// Of one component of x. The errors are NaN where the data do not determine it and for components that are fixed. An
/// error is infinite when it is beyond the range of numbers.
///
/// A component that a bound stops has no standard error, since it cannot move both ways, but a one-sided one: so far
/// inside the bound the cost F, minimised over the free components, has risen by ½σ² (σ the residual standard
/// deviation; 1 when the noise is known), as it has one standard error beside a free minimum. To second order
///     F(δ) = F + g δ + ½ h δ²,   δ = σ² / (g + √(g² + h σ²)),
/// with g ≥ 0 the slope inwards (the bound's multiplier) and 1/h this component's entry in the inverse of JᵀJ over the
/// free components and itself. Without a multiplier, g = 0, that is the standard error. Its interval reaches from the
/// bound to δ with tσ for σ, t the quantile of the other intervals, but not beyond the opposite bound.
///
/// A component at a kink of the cost (Result::at_kink) has neither: one-sided derivatives make no parabola. It is held
/// for the errors of the others, and counts as determined.
///
/// A number of a block on a manifold, of a quaternion say, does not move by itself: its standard error and its interval
/// are, to first order, what the errors of the block's tangent components make of it.
struct ParameterStatistics {
  std::string name;
  double value = 0.0;
  double standard_error = unset;
  double one_sided_error = unset;  ///< δ > 0, of a component at its bound only
  double lower_interval = unset;   ///< at FitStatistics::level: Student's t; normal when σ is known
  double upper_interval = unset;
  double lower_bound = -std::numeric_limits<double>::infinity();
  double upper_bound = std::numeric_limits<double>::infinity();
  bool at_bound = false, fixed = false, determined = true;
  bool at_kink = false;  ///< a profile tells its interval
};

/// What rounding the parameters does to the fit: a change δ of the listed parameters raises Σr² by ‖factor δ‖² σ², to
/// second order; the change of one of them by its standard error, the others following, raises it by σ².
struct RoundingMetric {
  std::vector<int> parameters;  ///< indices into x: those whose change matters
  std::vector<double> factor;   ///< parameters × parameters, row-major; empty: nothing is known
};

/// A direction in which the parameters can move, to first order, without changing any residual.
struct UndeterminedCombination {
  struct Term {
    std::string parameter;
    double coefficient;  ///< change of the parameter, the largest of the combination scaled to 1
  };
  std::vector<Term> terms;  ///< largest first
};

/// Where groups bring a cost of their own, minus a log likelihood, JᵀJ is Fisher's information, the residuals are
/// Pearson's, and AIC and BIC count that likelihood; R² stays unset, and so does the probability of χ², except of
/// counts (ResidualGroup::saturated_cost).
///
/// Where the exact Hessian JᵀJ + Σ r ∇²r is positive definite, and JᵀJ has less than 1 % of its curvature in some
/// direction, the minimum is determined only to second order: the covariance is σ² times the inverse of that Hessian.
///
/// Where the residuals are no larger than rounding, errors tell of rounding: σ is at least u = 4ε √((‖Dx‖² + ‖y‖²)/m),
/// D the column norms of J, y the response and m the number of residuals, and no error is below 4ε |value|.
///
/// With a loss the fit is an M-estimate, and its errors come from the scatter of the scores ρ' Jᵀr (the sandwich; Huber
/// 1981), whatever the noise. What rests on least squares, R², χ², AIC and BIC, stays unset.
struct FitStatistics {
  /// Whether there is more than names, values and bounds: false after a failed solve, and where the
  /// cost or a derivative is not finite.
  bool available() const { return residual_sum_of_squares == residual_sum_of_squares; }

  /// Why there is no more, where a limit of time (CancellationScope) or of memory ended the computation; else empty.
  std::string left_out;
  std::vector<ParameterStatistics> parameters;  ///< all components of x, in order
  std::vector<UndeterminedCombination> undetermined;
  /// The columns of what follows: tangent components that are neither fixed nor held at a bound, by their numbers (see
  /// Problem): of ordinary blocks indices into parameters. The errors of a block on a manifold are those of a step δ
  /// from the solution, x ⊞ δ.
  std::vector<int> free;
  /// Theirs where any block is on a manifold: "b1", "pose[17].rotation[2]". Empty: the names of the parameters.
  std::vector<std::string> free_names;
  /// The name of one of those columns.
  const std::string& free_name(std::size_t column) const {
    return free_names.empty() ? parameters[static_cast<std::size_t>(free[column])].name : free_names[column];
  }
  std::vector<double> correlation;  ///< free × free, row-major, NaN where undetermined
  std::vector<double> covariance;   ///< free × free, row-major, NaN where undetermined
  bool partial_covariance = false;  ///< both are those of the parameters that all groups of a large fit share
  double level = 0.95;              ///< of the intervals, 0 < level < 1
  double quantile = unset;          ///< half the width of an interval over its standard error
  Noise noise = Noise::estimated;
  bool likelihood = false;                     ///< the cost is minus a log likelihood, and not made of squares
  double residual_sum_of_squares = unset;      ///< Σ (r/σ)², of all residuals alike, whatever the loss
  int degrees_of_freedom = 0;                  ///< residuals − determined directions − components at a kink
  double residual_standard_deviation = unset;  ///< √(RSS / dof), in units of σ where σ is given. With a loss
                                               ///< √(Σ w (r/σ)² / (Σ w − determined directions)), w = ρ'
  double chi_squared_probability = unset;      ///< of a larger RSS by chance; only when σ is known
  double r_squared = unset;                    ///< 1 − RSS / TSS about the weighted mean; needs the response
  /// −2 ln L + 2k and −2 ln L + k ln m, with the Gaussian likelihood in full, all constants
  /// included, as R's AIC() and BIC() of a fit by nls (R Core Team, stats::logLik.nls):
  ///   σ estimated:  −2 ln L = m (ln(2π RSS/m) + 1) + Σ ln σᵢ²,  k = determined parameters + 1
  ///   σ known:      −2 ln L = RSS + Σ ln(2π σᵢ²),               k = determined parameters
  double aic = unset, bic = unset;
  /// AIC + 2k(k + 1)/(m − k − 1), for few data (Hurvich & Tsai 1989); unset where m ≤ k + 1, m the number of residuals
  /// or, of a likelihood, of samples.
  double aicc = unset;

  std::vector<std::string> second_order;  ///< parameters that the minimum determines only to second order
  bool exact = false;                     ///< the residuals are no larger than rounding; the noise is estimated
  RoundingMetric rounding;                ///< of ordinary blocks; empty where a block is on a manifold

  std::string loss;                         ///< "huber:1.5", or one for each group; empty: least squares
  std::int64_t robust_residuals = 0;        ///< items of groups with a loss
  std::int64_t downweighted_residuals = 0;  ///< of these, those that count less than half: ρ' < ½ of the loss's factor
  bool convex_losses = true;                ///< no loss adds minima of its own
};

/// Statistics at result.x. The standard deviations are those of the problem's groups (set_sigma).
///
/// Residuals do not tell what was measured, so R² stays unset without the `response`: the measured
/// values in the order of groups, then items, then components. It may end early: the residuals after
/// it, such as priors, do not count for R².
///
/// Of a problem with constraints they are those on the tangent space of the active ones: of A the gradients of
/// equalities and active inequalities, Z a basis of their null space, the covariance is σ² Z (ZᵀJᵀJ Z)⁻¹ Zᵀ, and each
/// of them leaves a degree of freedom more (Silvey 1959; Stoica & Ng 1998). A parameter that they determine alone has
/// the error 0. AIC, AICc and BIC stay unset: which constraints are active is itself an outcome.
///
/// `level`: of the intervals; throws Error unless 0 < level < 1.
FitStatistics statistics(const Problem& problem, const Result& result, std::span<const double> response = {},
                         double level = 0.95);

/// Of what minimize found: names, values and bounds. An objective has no residuals to tell errors from.
FitStatistics statistics(const Objective& objective, const Result& result, const Box& box = {});

/// How close a fit comes to values known from elsewhere, such as NIST's.
struct Agreement {
  double digits = unset;        ///< the smallest of −log₁₀|relative error|, between 0 and 11
  std::string worst_parameter;  ///< the one with that smallest number
};

/// `certified` holds one value for each parameter; NaN: none. Where it is 0 the absolute error
/// counts.
Agreement agreement(std::span<const ParameterStatistics> parameters, std::span<const double> certified);

}  // namespace thalweg::inline v0_1
