// What a tiny solve is told, and what it returns.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include <thalweg/base/error.hpp>
#include <thalweg/math/ldlt.hpp>

namespace thalweg::inline v0_1::tiny {

/// The most parameters: steps are unrolled, and JᵀJ stays in the first-level cache.
inline constexpr int most_parameters = 12;

template <int N>
using Vector = std::array<double, static_cast<std::size_t>(N)>;

/// What the rows of J are reduced to. Both take rows one at a time: their number costs no memory.
enum class Reduction {
  /// JᵀJ and Jᵀr, N²/2 multiplications a row, and L D Lᵀ. With κ the condition number of J, columns scaled to unit
  /// length, parameters lose about 2 log₁₀ κ of 16 digits, residuals that vanish aside; JᵀJ is singular to rounding
  /// from κ = 10⁷ on.
  normal_equations,
  /// R and Qᵀr by Givens rotations without square roots (Gentleman 1973), 2 N² multiplications and N divisions a row:
  /// parameters lose about log₁₀ κ digits. Singular from κ = 10¹² on.
  rotations,
};

struct Options {
  /// Converged: the step that is left promises a decrease ½ gᵀ(JᵀJ)⁻¹g ≤ tol · cost. That step is taken, too,
  /// which leaves parameters at 1e-5 of their standard errors or nearer; 1e-16: at 1e-8.
  double tolerance = 1e-10;
  double initial_damping = 1e-3;  ///< λ₀ of (JᵀJ + λ diag(JᵀJ)) δ = −g; > 0
  int max_iterations = 100;       ///< evaluations, the start's included

  /// Throws Error that names the field and what it expects.
  void validate() const {
    if (!(tolerance > 0.0 && tolerance < 1.0))
      throw Error("tiny::Options::tolerance is " + std::to_string(tolerance) + "; expected a number between 0 and 1");
    if (!(initial_damping > 0.0 && std::isfinite(initial_damping)))
      throw Error("tiny::Options::initial_damping is " + std::to_string(initial_damping) +
                  "; expected a positive number");
    if (max_iterations < 1)
      throw Error("tiny::Options::max_iterations is " + std::to_string(max_iterations) + "; expected 1 or more");
  }
};

/// lower ≤ p ≤ upper; equal bounds fix a parameter there.
template <int N>
struct Bounds {
  Vector<N> lower = filled(-std::numeric_limits<double>::infinity());
  Vector<N> upper = filled(std::numeric_limits<double>::infinity());

  /// Throws Error that names the parameter for bounds that cross or are NaN.
  void validate() const {
    for (std::size_t j = 0; j < lower.size(); ++j)
      if (!(lower[j] <= upper[j]))
        throw Error("tiny::Bounds of parameter " + std::to_string(j) + " are " + std::to_string(lower[j]) + " and " +
                    std::to_string(upper[j]) + "; expected lower <= upper");
  }

 private:
  static constexpr Vector<N> filled(double value) {
    Vector<N> all{};
    for (double& v : all) v = value;
    return all;
  }
};

/// How a solve ended: the statuses of the batch engine (thalweg/batch/fit_batch.hpp).
enum class Status {
  converged,          ///< the Gauss-Newton step at the end promises next to nothing
  iteration_limit,    ///< max_iterations
  stalled,            ///< no step lowers the cost, and the Gauss-Newton step still promises a decrease
  singular,           ///< JᵀJ at the end is singular to rounding: the data do not determine all parameters
  non_finite_start,   ///< the start, or a residual or derivative there, is not a finite number
  too_few_residuals,  ///< residuals that count are fewer than free parameters
};
inline std::string_view to_string(Status status) {
  constexpr std::string_view names[] = {"converged", "iteration_limit",  "stalled",
                                        "singular",  "non_finite_start", "too_few_residuals"};
  return names[static_cast<std::size_t>(status)];
}

template <int N>
struct Result {
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  Status status = Status::stalled;
  int iterations = 0;     ///< evaluations of residuals and derivatives
  int residuals = 0;      ///< that count: of weight > 0
  int free = 0;           ///< parameters that are neither fixed nor held at a bound at the end
  double cost = nan;      ///< ½ Σ w r² at the last evaluation: before the step that convergence leaves
  double promised = nan;  ///< the decrease of the cost that this step promised, ½ gᵀ(JᵀJ)⁻¹g
  Vector<N> parameters{};
  /// (JᵀJ)⁻¹ of the free parameters, lower triangle by rows. NaN for the others, and all of it unless converged.
  typename Ldlt<double, N>::Triangle inverse{};

  bool converged() const { return status == Status::converged; }
  /// s² = 2 cost / (residuals − free); NaN where no residual is left over.
  double variance() const { return residuals > free ? 2.0 * cost / (residuals - free) : nan; }
  /// σ² (JᵀJ)⁻¹ with σ² of the residuals: s², where weights are relative, or what is known of them, 1 where they are
  /// 1/σ².
  double covariance(int j, int k, double variance) const {
    return variance *
           inverse[static_cast<std::size_t>(j >= k ? Ldlt<double, N>::entry(j, k) : Ldlt<double, N>::entry(k, j))];
  }
  double covariance(int j, int k) const { return covariance(j, k, variance()); }
  double standard_error(int j, double variance) const { return std::sqrt(covariance(j, j, variance)); }
  double standard_error(int j) const { return standard_error(j, variance()); }
};

}  // namespace thalweg::inline v0_1::tiny
