// Fits of one small model to many data sets, one fit per SIMD lane.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/batch/model.hpp>
#include <thalweg/problem/noise.hpp>

namespace thalweg::inline v0_1 {

/// The data of all fits, which must stay while they are fitted. Each has the same number of points.
struct BatchData {
  std::int64_t fits = 0;
  int points = 0;
  std::span<const double> y;                    ///< fits × points, those of a fit beside each other
  std::vector<std::span<const double>> x = {};  ///< one per predictor: `points` numbers that all fits share, or fits ×
                                                ///< points
  std::span<const double> sigma = {};  ///< standard deviations of y: none (all 1), `points`, or fits × points; a point
                                       ///< of infinite σ does not count, whatever its y
  std::span<const double> starts = {};  ///< one number per parameter, or fits × parameters; none: guessed from the data
};

/// What is minimised.
enum class BatchCost {
  least_squares,  ///< ½ Σ (f − y)²/σ²
  poisson,  ///< Σ μ − y + y ln(y/μ), half the deviance of counts y ≥ 0 with the means μ = f (maximum likelihood)
};

struct BatchOptions {
  BatchCost cost = BatchCost::least_squares;
  Noise noise = Noise::estimated;  ///< of the standard errors of least squares: whether σ is relative or absolute
  std::vector<double> lower = {}, upper = {};  ///< one per parameter; empty: no bounds
  std::vector<char> fixed = {};                ///< one per parameter, nonzero: stays at its start; empty: all are free
  /// Converged: the step that is left promises a decrease ½ gᵀ(JᵀJ)⁻¹g ≤ tol · cost. That step is taken, too.
  double tolerance = 1e-10;
  double initial_damping = 1e-3;  ///< λ₀ of (JᵀJ + λ diag(JᵀJ)) δ = −g; > 0
  int max_iterations = 100;       ///< evaluations of a fit, the start's included, before it is handed over
  /// Whether fits that do not converge go to solve(), one by one, which is some hundred times as slow and gives up
  /// later.
  bool hand_over = true;
  bool standard_errors = true;
  int threads = 0;  ///< at most; 0: as many as this process may use. Results are the same bits for any number

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// How one fit ended.
enum class BatchStatus : std::uint8_t {
  converged,         ///< the Gauss-Newton step at the end promises next to nothing
  iteration_limit,   ///< max_iterations
  stalled,           ///< no step lowers the cost, and the Gauss-Newton step still promises a decrease
  singular,          ///< JᵀJ at the end is singular to rounding: the data do not determine all parameters
  non_finite_data,   ///< x or y is not a finite number
  non_finite_start,  ///< the model or a derivative is not finite at the start, or a count's mean is not above 0
  too_few_points,    ///< points that count are fewer than free parameters
  wrong_sigma,       ///< a σ is not a number above 0
  negative_count,    ///< of Poisson counts
  beyond_range,      ///< Σ (y/σ)² is above 1.8e308, or below 1e-250 though a y is not 0: squares lose their digits
  no_start,          ///< the given start is not finite
};
/// How many there are.
inline constexpr std::size_t batch_statuses = 11;
std::string_view to_string(BatchStatus);

/// What became of each fit, fit after fit.
struct BatchResult {
  std::int64_t fits = 0;
  int parameter_count = 0;
  LargeVector<double> parameters;        ///< fits × parameter_count
  LargeVector<double> standard_errors;   ///< the same; NaN of fixed parameters, of those at a bound, and of fits that
                                         ///< did not converge; empty unless wanted
  LargeVector<double> cost;              ///< at the last evaluation: before the step that convergence leaves
  LargeVector<std::int32_t> iterations;  ///< evaluations of model and derivatives
  LargeVector<BatchStatus> status;
  std::vector<std::int64_t> handed_over;  ///< fits that went to solve(), in order

  std::span<const double> parameters_of(std::int64_t fit) const {
    return {parameters.data() + fit * parameter_count, static_cast<std::size_t>(parameter_count)};
  }
  std::span<const double> standard_errors_of(std::int64_t fit) const {
    return {standard_errors.data() + fit * parameter_count, static_cast<std::size_t>(parameter_count)};
  }
  /// How many ended so.
  std::int64_t count(BatchStatus which) const;
};

/// Fits the model to each data set by Levenberg-Marquardt (Marquardt 1963). One evaluation of value and
/// derivatives per iteration; memory beside the result does not depend on the number of fits. A fit's numbers do not
/// depend on the other fits, on their order or on the number of threads. Standard errors are those of statistics():
/// s² (JᵀJ)⁻¹ of the free parameters that are at no bound.
///
/// Throws Error for sizes that do not match, fewer points than free parameters, options that validate() refuses, and
/// for no starts where the model has no guess. What is wrong with one fit's numbers is that fit's status.
BatchResult fit_batch(const BatchModel& model, const BatchData& data, const BatchOptions& options = {});
/// The same into a result whose memory is used again.
void fit_batch(const BatchModel& model, const BatchData& data, const BatchOptions& options, BatchResult& result);

}  // namespace thalweg::inline v0_1
