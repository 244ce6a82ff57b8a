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
  /// they do not.
  bool determined = true;
  std::vector<std::string> free_components;  ///< those that the residuals leave free: "camera[3][5]"
  /// Why they are free: "the residuals leave a common change of camera[3] and 71 other blocks free (…)". Empty where
  /// `determined`.
  std::string reason;
  int dimension = 0;  ///< tangent components of the block
  /// dimension × dimension, symmetric; zero in the rows and columns of components that are fixed or at a bound, NaN in
  /// those of free components.
  std::vector<double> matrix;

  /// The covariance of components i and j.
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
/// space; the inverse is never formed. σ² is 1 where the noise is known, else 2F / (m − rank J), F the cost, m
/// residuals. Where groups have losses, J is corrected for them as the solver's is. Components at their bounds count as
/// fixed: what holds there is a one-sided error, which profiles tell.
///
/// The columns of each block are made orthonormal by QR first, then what all blocks together hardly determine is
/// separated with its singular values, none of it by way of JᵀJ: a block is free where what changes it changes the
/// residuals by no more than rounding (σ ≤ 100 ε √m in those units), and nowhere else. Costs some 10 to 20 evaluations
/// of J, a factorisation, and some solves for each column of the blocks.
///
/// Throws Error for a number at which no block begins, where residuals or derivatives are not finite at x, and where
/// more than 512 combinations of what several blocks share are undetermined.
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
