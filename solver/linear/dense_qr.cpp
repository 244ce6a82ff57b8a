#include <thalweg/base/cancellation.hpp>
#include <thalweg/linear/dense_qr.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <linear/complete_orthogonal.hpp>
#include <math/dense_kernels.hpp>

namespace thalweg::inline v0_1 {
namespace {
constexpr long numbers_between_polls = 100000;  // some 100 µs
}

// Golub & Van Loan, Matrix Computations (4th ed.), algorithm 5.2.1. A finished row is moved to R and zeroed in A, so
// that every inner loop may begin at a cache line.
void householder_qr(DenseMatrix& A, std::int64_t columns, DenseMatrix& R) {
  const std::int64_t m = A.stride();
  PollEvery poll(numbers_between_polls);
  for (std::int64_t k = 0; k < columns; ++k) {
    poll(m * (A.columns() - k));
    const std::int64_t first = k / row_padding * row_padding;
    double* v = A.column(k) + first;
    const double norm = std::sqrt(kernels::dot(v, v, m - first));
    const double alpha = k < A.rows() ? A(k, k) : 0.0;
    for (std::int64_t i = k + 1; i < columns; ++i) R(i, k) = 0.0;
    if (norm == 0.0) {
      for (std::int64_t j = k; j < A.columns(); ++j) {
        R(k, j) = k < A.rows() ? A(k, j) : 0.0;
        if (k < A.rows()) A(k, j) = 0.0;
      }
      continue;
    }
    R(k, k) = alpha > 0.0 ? -norm : norm;
    if (k >= A.rows()) continue;
    A(k, k) = alpha - R(k, k);                                    // v = a − R(k,k) eₖ, without cancellation
    const double tau = -1.0 / (norm * (norm + std::abs(alpha)));  // −2 / vᵀv
    for (std::int64_t j = k + 1; j < A.columns(); ++j) {
      double* a = A.column(j) + first;
      kernels::axpy(tau * kernels::dot(v, a, m - first), v, a, m - first);
      R(k, j) = A(k, j);
      A(k, j) = 0.0;
    }
  }
}

bool solve_upper(const DenseMatrix& R, std::int64_t n, double* b) {
  for (std::int64_t i = n - 1; i >= 0; --i) {
    b[i] /= R(i, i);
    if (!std::isfinite(b[i])) return false;
#pragma omp simd
    for (std::int64_t k = 0; k < i; ++k) b[k] -= R(k, i) * b[i];
  }
  return true;
}

bool solve_upper_transposed(const DenseMatrix& R, std::int64_t n, double* b) {
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < i; ++k) b[i] -= R(k, i) * b[k];
    b[i] /= R(i, i);
    if (!std::isfinite(b[i])) return false;
  }
  return true;
}

LinearStatus DenseQr::linearize(const DenseMatrix& J, const double* r, std::span<const char> held) {
  const std::int64_t m = J.rows(), n = J.columns();
  free_.clear();
  for (std::int64_t j = 0; j < n; ++j)
    if (held.empty() || !held[static_cast<std::size_t>(j)]) free_.push_back(j);
  const auto k = static_cast<std::int64_t>(free_.size());
  if (work_.rows() != m || work_.columns() != k + 1) {
    work_.resize(m, k + 1);
    R_.resize(k, k + 1);
    damped_.resize(2 * k, k + 1);
    packed_.resize(static_cast<std::size_t>(k));
  }
  gradient_.assign(static_cast<std::size_t>(n), 0.0);
  column_norms_.assign(static_cast<std::size_t>(n), 0.0);
  for (std::int64_t j = 0; j < k; ++j)
    std::copy_n(J.column(free_[static_cast<std::size_t>(j)]), J.stride(), work_.column(j));
  std::fill(std::copy_n(r, m, work_.column(k)), work_.column(k) + work_.stride(), 0.0);
  householder_qr(work_, k, R_);

  bool finite = true;
  for (std::int64_t j = 0; j < k; ++j) {
    double g = 0.0, squares = 0.0;
    for (std::int64_t i = 0; i <= j; ++i) {
      g += R_(i, j) * R_(i, k);
      squares += R_(i, j) * R_(i, j);
    }
    const auto at = static_cast<std::size_t>(free_[static_cast<std::size_t>(j)]);
    gradient_[at] = g;
    column_norms_[at] = std::sqrt(squares);
    finite = finite && std::isfinite(g) && std::isfinite(squares);
  }
  return finite ? LinearStatus::ok : LinearStatus::fatal;
}

// QR of [R; √λ D] without touching the zeros: at step j only rows j of R and 0..j of the lower part are nonzero.
LinearStatus DenseQr::solve(double lambda, const double* D, double* step) {
  const std::int64_t n = R_.rows();
  const double root = std::sqrt(lambda);
  for (std::int64_t j = 0; j <= n; ++j) {
    std::copy_n(R_.column(j), j < n ? j + 1 : n, damped_.column(j));
    std::fill_n(damped_.column(j) + n, n, 0.0);
    if (j < n && lambda > 0.0) damped_(n + j, j) = root * D[free_[static_cast<std::size_t>(j)]];
  }
  PollEvery poll(numbers_between_polls);
  for (std::int64_t k = 0; k < n && lambda > 0.0; ++k) {
    poll(k * (n - k));
    double* v = damped_.column(k) + n;  // the part below the triangle, k + 1 entries
    double below = 0.0;
    for (std::int64_t i = 0; i <= k; ++i) below += v[i] * v[i];
    if (below == 0.0) continue;
    const double alpha = damped_(k, k);
    const double norm = std::sqrt(alpha * alpha + below);
    const double head = alpha > 0.0 ? alpha + norm : alpha - norm;
    const double tau = -1.0 / (norm * (norm + std::abs(alpha)));
    damped_(k, k) = alpha > 0.0 ? -norm : norm;
    for (std::int64_t j = k + 1; j <= n; ++j) {
      double* a = damped_.column(j) + n;
      double dot = head * damped_(k, j);
      for (std::int64_t i = 0; i <= k; ++i) dot += v[i] * a[i];
      dot *= tau;
      damped_(k, j) += dot * head;
#pragma omp simd
      for (std::int64_t i = 0; i <= k; ++i) a[i] += dot * v[i];
    }
  }
  for (std::int64_t i = 0; i < n; ++i) packed_[static_cast<std::size_t>(i)] = -damped_(i, n);
  const bool solved = solve_upper(damped_, n, packed_.data());
  expand(step);
  return solved ? LinearStatus::ok : LinearStatus::retry;
}

LinearStatus DenseQr::minimum_norm(const double* D, double* step) {
  const std::int64_t n = R_.rows();
  const double visible =
      16.0 * std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(std::max(work_.rows(), n)));
  bool deficient = false;
  for (std::int64_t j = 0; j < n; ++j)
    deficient = deficient || std::abs(R_(j, j)) <= visible * column_norms_[static_cast<std::size_t>(free_[j])];
  if (!deficient) return solve(0.0, D, step);
  std::vector<double> scale(free_.size());
  for (std::size_t j = 0; j < free_.size(); ++j) scale[j] = D[free_[j]];
  minimum_norm_solution(R_, scale.data(), visible, packed_.data());
  expand(step);
  const bool finite = std::all_of(packed_.begin(), packed_.end(), [](double v) { return std::isfinite(v); });
  return finite ? LinearStatus::ok : LinearStatus::retry;
}

LinearStatus DenseQr::solve_again(const double* b, double* z) {
  const std::int64_t n = R_.rows();
  for (std::int64_t j = 0; j < n; ++j) packed_[static_cast<std::size_t>(j)] = b[free_[static_cast<std::size_t>(j)]];
  const bool solved = solve_upper_transposed(damped_, n, packed_.data()) && solve_upper(damped_, n, packed_.data());
  expand(z);
  return solved ? LinearStatus::ok : LinearStatus::retry;
}

/// packed_, spread over all columns of J; zero in those held.
void DenseQr::expand(double* step) {
  std::fill_n(step, gradient_.size(), 0.0);
  for (std::size_t j = 0; j < free_.size(); ++j) step[free_[j]] = packed_[j];
}

double DenseQr::squared_product(const double* v) const {
  const std::int64_t n = R_.rows();
  double squares = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    double row = 0.0;
    for (std::int64_t j = i; j < n; ++j) row += R_(i, j) * v[free_[static_cast<std::size_t>(j)]];
    squares += row * row;
  }
  return squares;
}

}  // namespace thalweg::inline v0_1
