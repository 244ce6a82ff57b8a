#include "inference/rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/linear/dense_qr.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;

// A component of a null vector below this (the largest is 1, columns scaled) is rounding.
constexpr double negligible = 1e-6;

/// Singular values below this part of the largest are zero to rounding. The columns are of length
/// 1, so the largest lies between 1 and √n, and an error of each entry by 100 ε (what a formula of
/// some operations leaves behind) moves a singular value by at most 100 ε √n. The √m stands for the
/// rounding of the QR itself, whose bound grows with m but whose errors in practice do so as a
/// random walk (Higham, Accuracy and Stability of Numerical Algorithms, 2002, sections 19.3, 2.8).
double rank_tolerance(int m, Eigen::Index n) {
  const double epsilon = std::numeric_limits<double>::epsilon();
  return 100.0 * epsilon * std::max(std::sqrt(static_cast<double>(m)), static_cast<double>(n));
}

/// Scales the columns to length 1 and returns their lengths; false when one is not finite.
bool scale_columns(DenseMatrix& J, Eigen::VectorXd& length) {
  for (std::int64_t j = 0; j < J.columns(); ++j) {
    Eigen::Map<Eigen::VectorXd> column(J.column(j), J.stride());
    length[j] = column.stableNorm();
    if (!std::isfinite(length[j])) return false;
    if (length[j] > 0.0) column /= length[j];
  }
  return true;
}

Matrix triangular_factor(DenseMatrix& J) {
  const std::int64_t n = J.columns();
  DenseMatrix R(n, n);
  householder_qr(J, n, R);
  Matrix result = Matrix::Zero(n, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i <= j; ++i) result(i, j) = R(i, j);
  return result;
}

/// Singular values, largest first, and right singular vectors. Jacobi's method keeps the small ones most exactly; for
/// many columns divide and conquer takes seconds where it would take minutes.
std::pair<Eigen::VectorXd, Matrix> singular_values(const Matrix& R) {
  const auto parts = [](const auto& svd) {
    return std::pair(Eigen::VectorXd(svd.singularValues()), Matrix(svd.matrixV()));
  };
  if (R.cols() <= 64) return parts(Eigen::JacobiSVD<Matrix>(R, Eigen::ComputeFullV));
  const double n = static_cast<double>(R.cols());
  constexpr double seconds_per_cube = 1e-9;  // measured: 1.2 s of 1,500 columns, with room for a busy machine
  CancellationProbe::require(seconds_per_cube * n * n * n);
  return parts(Eigen::BDCSVD<Matrix>(R, Eigen::ComputeFullV));
}

/// A null vector of the scaled J as changes of the parameters themselves.
std::vector<std::pair<int, double>> terms_of(const Eigen::VectorXd& v, const Eigen::VectorXd& length) {
  const double largest = v.cwiseAbs().maxCoeff();
  std::vector<std::pair<int, double>> terms;
  for (Eigen::Index j = 0; j < v.size(); ++j)
    if (std::abs(v[j]) > negligible * largest)
      terms.emplace_back(static_cast<int>(j), length[j] > 0.0 ? v[j] / length[j] : v[j]);
  std::stable_sort(terms.begin(), terms.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second) * (1.0 + 1e-9); });
  const double scale = terms.front().second;
  for (auto& term : terms) term.second /= scale;
  return terms;
}

}  // namespace

std::optional<ScaledSpectrum> scaled_spectrum(DenseMatrix& J, int rows, double error) {
  ScaledSpectrum s;
  s.length.resize(J.columns());
  if (!scale_columns(J, s.length)) return std::nullopt;
  s.R = triangular_factor(J);
  if (!s.R.allFinite()) return std::nullopt;
  std::tie(s.sigma, s.V) = singular_values(s.R);
  const double tolerance = std::max(error, rank_tolerance(rows, J.columns()));
  if (s.sigma[0] > 0.0) s.rank = (s.sigma.array() > tolerance * s.sigma[0]).count();
  return s;
}

void make_sparse(Matrix& V) {
  std::vector<char> used(static_cast<std::size_t>(V.rows()), 0);
  for (Eigen::Index step = 0; step < V.rows(); ++step) {
    CancellationProbe::poll();
    Eigen::Index row = -1, column = -1;
    double largest = 0.0;
    for (Eigen::Index i = 0; i < V.rows(); ++i)
      for (Eigen::Index j = 0; j < V.cols(); ++j)
        if (!used[static_cast<std::size_t>(i)] && std::abs(V(i, j)) > largest) {
          largest = std::abs(V(i, j));
          row = i;
          column = j;
        }
    if (row < 0) return;
    used[static_cast<std::size_t>(row)] = 1;
    V.row(row) /= V(row, column);
    for (Eigen::Index i = 0; i < V.rows(); ++i)
      if (i != row) V.row(i) -= V(i, column) * V.row(row);
  }
}

void set_covariance(const Matrix& root, const Eigen::VectorXd& length, NormalInverse& inverse) {
  const Eigen::Index n = root.rows();
  const Matrix scaled = root * root.transpose();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto determined = [&](Eigen::Index i) { return inverse.determined[static_cast<std::size_t>(i)] != 0; };
  for (Eigen::Index i = 0; i < n; ++i) {
    if (n > 64) CancellationProbe::poll();
    for (Eigen::Index j = 0; j < root.cols(); ++j)
      inverse.root.push_back(length[i] > 0.0 ? root(i, j) / length[i] : 0.0);
    inverse.deviation.push_back(determined(i) ? root.row(i).norm() / length[i] : nan);
    for (Eigen::Index j = 0; j < n; ++j) {
      const bool known = determined(i) && determined(j);
      const double correlation =
          i == j ? 1.0 : std::clamp(scaled(i, j) / std::sqrt(scaled(i, i)) / std::sqrt(scaled(j, j)), -1.0, 1.0);
      inverse.covariance.push_back(known ? scaled(i, j) / length[i] / length[j] : nan);
      inverse.correlation.push_back(known ? correlation : nan);
    }
  }
}

std::optional<NormalInverse> invert_normal_matrix(DenseMatrix J, int rows) {
  const auto n = static_cast<Eigen::Index>(J.columns());
  NormalInverse result;
  result.determined.assign(static_cast<std::size_t>(n), 1);
  if (n == 0) return result;
  const auto spectrum = scaled_spectrum(J, rows);
  if (!spectrum) return std::nullopt;
  const auto& [length, sigma, V, R, rank] = *spectrum;

  Matrix root(n, rank);  // C = root rootᵀ, in scaled columns
  if (rank == n) {
    root = R.triangularView<Eigen::Upper>().solve(Matrix::Identity(n, n));
  } else {
    Matrix null_space = V.rightCols(n - rank).transpose();
    for (Eigen::Index j = 0; j < n; ++j)
      result.determined[static_cast<std::size_t>(j)] = null_space.col(j).norm() <= negligible;
    make_sparse(null_space);
    for (Eigen::Index i = 0; i < n - rank; ++i)
      result.null_space.push_back(terms_of(null_space.row(i).transpose(), length));
    root = V.leftCols(rank) * sigma.head(rank).cwiseInverse().asDiagonal();
  }
  set_covariance(root, length, result);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) result.factor.push_back(R(i, j) * length[j]);
  return result;
}

std::vector<double> remainders(const DenseMatrix& A, const DenseMatrix& B, int rows) {
  using Map = Eigen::Map<const Matrix>;
  Matrix scaled = Map(A.column(0), A.stride(), A.columns());
  for (Eigen::Index j = 0; j < scaled.cols(); ++j) scaled.col(j).stableNormalize();
  Eigen::ColPivHouseholderQR<Matrix> qr;
  const double tolerance = rank_tolerance(rows, A.columns() + 1);
  qr.setThreshold(tolerance);
  if (scaled.cols() > 0) qr.compute(scaled);
  const Eigen::Index rank = scaled.cols() > 0 ? qr.rank() : 0;
  std::vector<double> lengths;
  for (std::int64_t j = 0; j < B.columns(); ++j) {
    Eigen::VectorXd b = Map(B.column(j), B.stride(), 1);
    const double length = b.stableNorm();
    if (length > 0.0) b /= length;
    if (rank > 0) b.applyOnTheLeft(qr.householderQ().setLength(rank).adjoint());
    const double left = b.tail(b.size() - rank).norm();
    lengths.push_back(left > tolerance ? left * length : 0.0);
  }
  return lengths;
}

}  // namespace thalweg::inline v0_1
