// Covariances of chosen blocks of large sparse problems, where the whole matrix would not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// Of one parameter block. Eigen::Map<const Eigen::MatrixXd>(c.matrix.data(), c.dimension, c.dimension) is a view of
/// it.
struct BlockCovariance {
  std::string block;  ///< "camera[3]"
  /// Whether the residuals determine every component of the block. Where gauge freedom or missing data leave some free,
  /// they do not, and there is no covariance.
  bool determined = true;
  std::vector<std::string> free_components;  ///< those that the residuals leave free: "camera[3][5]"
  int dimension = 0;                         ///< tangent components of the block
  std::vector<double>
      matrix;  ///< dimension × dimension, symmetric, zero for fixed components; empty where not determined

  /// The covariance of components i and j. Only of a block that is determined.
  double operator()(int i, int j) const {
    return matrix[static_cast<std::size_t>(i) * static_cast<std::size_t>(dimension) + static_cast<std::size_t>(j)];
  }
};

struct CovarianceOptions {
  LinearSolverKind linear_solver = LinearSolverKind::automatic;  ///< a sparse one
  double memory_limit = 0.0;                                     ///< bytes, as Options has it
  int threads = 0;
};

/// The blocks of σ² (JᵀJ)⁻¹ at x for the blocks that begin at these numbers of x (handle.offset()), in the tangent
/// space, by two factorisations and a solve for each of their columns; the inverse is never formed. σ² is 1 where the
/// noise is known, else 2F / (m − n), F the cost, m residuals, n components that may move. Where groups have losses, J
/// is corrected for them as the solver's is.
///
/// JᵀJ is damped by μD², D the column norms, for μ = 1e-12 and for ten times as much; the two are extrapolated to none,
/// and a component whose variance falls with the damping is free. A component whose own curvature, in units of D², is
/// below about 1e-10 counts as free, too.
///
/// Throws Error for bounds, for a number at which no block begins, and where residuals or derivatives are not finite at
/// x.
std::vector<BlockCovariance> block_covariances(const Problem& problem, const std::vector<double>& x,
                                               const std::vector<std::int64_t>& offsets,
                                               const CovarianceOptions& options = {});

/// The same for handles: covariances(problem, result, {}, cameras[3], points[17]).
template <class... Blocks>
std::vector<BlockCovariance> covariances(const Problem& problem, const Result& result, const CovarianceOptions& options,
                                         const Blocks&... blocks) {
  return block_covariances(problem, result.x, {blocks.offset()...}, options);
}

}  // namespace thalweg::inline v0_1
