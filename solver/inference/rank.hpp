// What a Jacobian determines: its numerical rank, (JᵀJ)⁻¹, and the directions it does not see.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <thalweg/base/aligned.hpp>

namespace thalweg::inline v0_1 {

/// The singular values of a matrix whose columns have been scaled to length 1.
struct ScaledSpectrum {
  Eigen::VectorXd length;  ///< of each column before; a column of zeros stays one
  Eigen::VectorXd sigma;   ///< largest first
  Eigen::MatrixXd V;       ///< right singular vectors, of the scaled columns
  Eigen::MatrixXd R;       ///< of the QR of the scaled columns
  Eigen::Index rank = 0;   ///< σ above what rounding, or J's error, makes of zero
};
/// Of J (n > 0 columns), by QR, never through JᵀJ. `rows` is the number of rows that are no padding; `error`: of J's
/// entries, relative, when it is more than rounding. J is destroyed. Empty when J is not finite.
std::optional<ScaledSpectrum> scaled_spectrum(DenseMatrix& J, int rows, double error = 0.0);

struct NormalInverse {
  std::vector<double> covariance;   ///< (JᵀJ)⁻¹, row-major; NaN in rows and columns not determined
  std::vector<double> correlation;  ///< the same with its diagonal scaled to 1
  std::vector<double> deviation;    ///< √ of the diagonal, finite even where that overflows; NaN: not determined
  std::vector<double> root;    ///< n × rank, row-major: (JᵀJ)⁻¹ = root rootᵀ; its rank columns are independent
  std::vector<double> factor;  ///< n × n, row-major: JᵀJ = factorᵀ factor
  std::vector<char> determined;  ///< of each column: no direction of the null space moves it
  /// A sparse basis of the null space. Terms (column, coefficient), largest first and scaled to 1.
  std::vector<std::vector<std::pair<int, double>>> null_space;
};

/// Fills everything but `factor` from C = root rootᵀ in scaled columns, of which `length` is the scale; `determined`
/// and `null_space` are set already.
void set_covariance(const Eigen::MatrixXd& root, const Eigen::VectorXd& length, NormalInverse& inverse);

/// Rows span what they did, each with one column of its own where it is 1 and the others are 0: independent causes
/// appear separately. Gauss-Jordan elimination with full pivoting.
void make_sparse(Eigen::MatrixXd& rows);

/// By QR of J with its columns scaled to length 1, never through JᵀJ. `rows` is the number of rows
/// that are no padding; J is destroyed. Empty when J is not finite.
std::optional<NormalInverse> invert_normal_matrix(DenseMatrix J, int rows);

/// Of each column of B the length of what is left of it without its projection on the columns of A: 1/√c, c its entry
/// in the inverse of [A b]ᵀ[A b]. 0 where that is rounding. `rows` are no padding.
std::vector<double> remainders(const DenseMatrix& A, const DenseMatrix& B, int rows);

}  // namespace thalweg::inline v0_1
