#include "inference/second_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

// JᵀJ determines a direction in which it has this part of the exact curvature: its error is wrong by a factor 10 then.
constexpr double next_to_none = 0.01;
// Of an entry of H, whose diagonal is of size 1: what its rounding, and that of S, may come to.
constexpr double rounding = 1e3 * std::numeric_limits<double>::epsilon();
constexpr double takes_part = 0.1;  // of a direction's largest component

/// The length of each column, or what S makes of it where that is longer.
Vector scales(const DenseMatrix& J, const Matrix& S) {
  Vector scale(J.columns());
  for (Eigen::Index j = 0; j < scale.size(); ++j) {
    const Eigen::Map<const Vector> column(J.column(j), J.stride());
    scale[j] = std::max(column.stableNorm(), std::sqrt(std::abs(S(j, j))));
  }
  return scale;
}

}  // namespace

std::optional<SecondOrder> second_order(const DenseMatrix& J, const std::vector<double>& S, double error) {
  const double noise = std::max(rounding, error);
  const auto n = static_cast<Eigen::Index>(J.columns());
  if (n == 0) return std::nullopt;
  Matrix curvature = Eigen::Map<const Matrix>(S.data(), n, n);
  const Vector scale = scales(J, curvature);
  if (!curvature.allFinite() || !scale.allFinite() || !(scale.minCoeff() > 0.0)) return std::nullopt;
  Matrix scaled = Eigen::Map<const Matrix>(J.column(0), J.stride(), n);
  for (Eigen::Index j = 0; j < n; ++j) {
    scaled.col(j) /= scale[j];
    curvature.col(j) /= scale[j];
    curvature.row(j) /= scale[j];
  }
  if (!scaled.allFinite()) return std::nullopt;
  const Matrix gram = scaled.transpose() * scaled, H = gram + curvature;
  // One factor tells of most problems that JᵀJ has its part of the curvature in every direction.
  if (Eigen::LLT<Matrix>(gram - next_to_none * H).info() == Eigen::Success) return std::nullopt;
  const Eigen::SelfAdjointEigenSolver<Matrix> spectrum(H);
  if (spectrum.info() != Eigen::Success || !(spectrum.eigenvalues()[0] > noise * spectrum.eigenvalues()[n - 1]))
    return std::nullopt;

  // The squares of the singular values of J L⁻ᵀ, H = LLᵀ, are what JᵀJ has of the curvature.
  const Eigen::LLT<Matrix> factor(H);
  if (factor.info() != Eigen::Success) return std::nullopt;
  const Matrix root = factor.matrixU().solve(Matrix::Identity(n, n));
  const Eigen::JacobiSVD<Matrix> parts(scaled * root, Eigen::ComputeThinV);
  std::vector<char> weak(static_cast<std::size_t>(n), 0);
  SecondOrder result;
  for (Eigen::Index k = 0; k < parts.singularValues().size(); ++k) {
    const double part = std::pow(parts.singularValues()[k], 2);
    if (part >= next_to_none) continue;
    const Vector direction = (root * parts.matrixV().col(k)).normalized();
    if (!(direction.dot(curvature * direction) > noise)) continue;
    const double largest = direction.cwiseAbs().maxCoeff();
    for (Eigen::Index j = 0; j < n; ++j)
      if (std::abs(direction[j]) > takes_part * largest) weak[static_cast<std::size_t>(j)] = 1;
  }
  for (Eigen::Index j = 0; j < n; ++j)
    if (weak[static_cast<std::size_t>(j)]) result.columns.push_back(static_cast<int>(j));
  if (result.columns.empty()) return std::nullopt;
  result.inverse.determined.assign(static_cast<std::size_t>(n), 1);
  set_covariance(root, scale, result.inverse);
  const Matrix U = factor.matrixU();
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) result.inverse.factor.push_back(U(i, j) * scale[j]);
  return result;
}

}  // namespace thalweg::inline v0_1
