// The rotation nearest to a matrix.
#pragma once

#include <cmath>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1::graph {

/// The R of determinant 1 with the least ‖R − M‖, in the plane.
inline Eigen::Matrix2d nearest_rotation(const Eigen::Matrix2d& M) {
  double c = M(0, 0) + M(1, 1), s = M(1, 0) - M(0, 1);
  const double length = std::hypot(c, s);
  if (!(length > 0.0)) return Eigen::Matrix2d::Identity();
  c /= length;
  s /= length;
  Eigen::Matrix2d R;
  R << c, -s, s, c;
  return R;
}

/// In space: Newton's iteration for the polar factor with scaling (Higham 1986) where M is far from singular and does
/// not mirror, else by singular values (Kabsch 1976).
inline Eigen::Matrix3d nearest_rotation(const Eigen::Matrix3d& M) {
  constexpr int most = 12;
  const double size = M.norm();
  Eigen::Matrix3d X = M / size;
  if (std::isfinite(size) && size > 0.0 && X.determinant() > 1e-3)
    for (int i = 0; i < most; ++i) {
      // The inverse's transpose is the matrix of cofactors divided by the determinant.
      Eigen::Matrix3d C;
      C.col(0) = X.col(1).cross(X.col(2));
      C.col(1) = X.col(2).cross(X.col(0));
      C.col(2) = X.col(0).cross(X.col(1));
      C /= X.col(0).dot(C.col(0));
      const double gamma = std::sqrt(C.norm() / X.norm());
      const Eigen::Matrix3d next = 0.5 * (gamma * X + C / gamma);
      const double change = (next - X).squaredNorm();
      X = next;
      if (change < 1e-16) return X;  // squared: the next one would change rounding only
    }
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(M, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d U = svd.matrixU();
  if ((U * svd.matrixV().transpose()).determinant() < 0.0) U.col(2) = -U.col(2);
  return U * svd.matrixV().transpose();
}

}  // namespace thalweg::inline v0_1::graph
