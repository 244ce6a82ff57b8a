// What an edge's information says to the linear systems of the initialisations.
#pragma once

#include <algorithm>

#include <math/dense_decompositions.hpp>

#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1::graph {

/// The n × n matrix of a list.
template <int n>
Eigen::Matrix<double, n, n> full_information(const double* omega) {
  Eigen::Matrix<double, n, n> result;
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) result(i, j) = result(j, i) = omega[place(n, i, j)];
  return result;
}

/// Of a symmetric positive semidefinite matrix the inverse on its range.
template <int n>
Eigen::Matrix<double, n, n> pseudo_inverse(const Eigen::Matrix<double, n, n>& A) {
  constexpr double rounding = 1e-12;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix<double, n, n>> eigen(A);
  const double least = rounding * std::max(eigen.eigenvalues()[n - 1], 0.0);
  const auto inverse = eigen.eigenvalues().unaryExpr([least](double v) { return v > least ? 1.0 / v : 0.0; }).eval();
  return eigen.eigenvectors() * inverse.asDiagonal() * eigen.eigenvectors().transpose();
}

/// The same where it is far from singular, as nearly always, by the inverse itself.
template <int n>
Eigen::Matrix<double, n, n> inverse_on_range(const Eigen::Matrix<double, n, n>& A) {
  constexpr double far = 1e-8;  // of the determinant, beside the diagonal's product (Hadamard)
  double most = far;
  for (int i = 0; i < n; ++i) most *= A(i, i);
  return A.determinant() > most ? Eigen::Matrix<double, n, n>(A.inverse()) : pseudo_inverse<n>(A);
}

/// Information of the rotation alone, the translation being free.
template <class Pose>
auto turning_information(const double* omega) {
  constexpr int d = Pose::space, turns = Pose::tangent - d;
  const auto O = full_information<Pose::tangent>(omega);
  return (O.template bottomRightCorner<turns, turns>() - O.template bottomLeftCorner<turns, d>() *
                                                             inverse_on_range<d>(O.template topLeftCorner<d, d>()) *
                                                             O.template topRightCorner<d, turns>())
      .eval();
}

/// What ‖(Rⱼ − Rᵢ Z) M‖² must have for M Mᵀ = W. Near a rotation Rⱼ = Rᵢ Z exp(ξ) it is ξᵀ (tr(W) I − W) ξ, which is
/// to be ξᵀ Ω ξ, Ω the information of the rotation alone: in space W = ½ tr(Ω) I − Ω, made positive definite. In the
/// plane it is tr(W) ξ².
template <class Pose>
typename Pose::Rotation rotation_weight(const double* omega) {
  using Rotation = typename Pose::Rotation;
  const auto turning = turning_information<Pose>(omega);
  if constexpr (Pose::space == 2) {
    return 0.5 * turning(0, 0) * Rotation::Identity();
  } else {
    constexpr double least = 0.05;  // of the largest eigenvalue
    const Rotation W = 0.5 * turning.trace() * Rotation::Identity() - turning;
    const Eigen::SelfAdjointEigenSolver<Rotation> eigen(0.5 * (W + W.transpose()));
    const auto values = eigen.eigenvalues().cwiseMax(least * eigen.eigenvalues()[2]).eval();
    return eigen.eigenvectors() * values.asDiagonal() * eigen.eigenvectors().transpose();
  }
}

}  // namespace thalweg::inline v0_1::graph
