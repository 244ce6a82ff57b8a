#include <thalweg/linear/dense_qr.hpp>

#include <cmath>

#include <math/dense_kernels.hpp>

namespace thalweg {

// Golub & Van Loan, Matrix Computations (4th ed.), algorithm 5.2.1. A finished row is moved to R and zeroed in A, so
// that every inner loop may begin at a cache line.
void householder_qr(DenseMatrix& A, std::int64_t columns, DenseMatrix& R) {
  const std::int64_t m = A.stride();
  for (std::int64_t k = 0; k < columns; ++k) {
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
    A(k, k) = alpha - R(k, k);                                     // v = a − R(k,k) eₖ, without cancellation
    const double tau = -1.0 / (norm * (norm + std::abs(alpha)));   // −2 / vᵀv
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
  if (work_.rows() != m || work_.columns() != n + 1) {
    work_.resize(m, n + 1);
    R_.resize(n, n + 1);
    damped_.resize(2 * n, n + 1);
    for (auto* v : {&c_, &rotated_, &gradient_, &column_norms_}) v->resize(static_cast<std::size_t>(n));
  }
  held_.assign(held.begin(), held.end());
  for (std::int64_t j = 0; j < n; ++j) {
    if (!held_.empty() && held_[static_cast<std::size_t>(j)]) std::fill_n(work_.column(j), J.stride(), 0.0);
    else std::copy_n(J.column(j), J.stride(), work_.column(j));
  }
  std::copy_n(r, J.stride(), work_.column(n));
  householder_qr(work_, n, R_);

  bool finite = true;
  for (std::int64_t j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    c_[at] = R_(j, n);
    double g = 0.0, squares = 0.0;
    for (std::int64_t k = 0; k <= j; ++k) {
      g += R_(k, j) * R_(k, n);
      squares += R_(k, j) * R_(k, j);
    }
    gradient_[at] = g;
    column_norms_[at] = std::sqrt(squares);
    finite = finite && std::isfinite(g) && std::isfinite(squares);
  }
  return finite ? LinearStatus::ok : LinearStatus::fatal;
}

// QR of [R; √λ D] without touching the zeros: at step k only rows k of R and 0..k of the lower part are nonzero.
LinearStatus DenseQr::solve(double lambda, const double* D, double* step) {
  const std::int64_t n = R_.rows();
  const double root = std::sqrt(lambda);
  for (std::int64_t j = 0; j <= n; ++j) {
    std::copy_n(R_.column(j), j < n ? j + 1 : n, damped_.column(j));
    std::fill_n(damped_.column(j) + n, n, 0.0);
    if (j < n && lambda > 0.0) damped_(n + j, j) = root * D[j];
  }
  for (std::int64_t k = 0; k < n; ++k) {
    double* v = damped_.column(k) + n;  // the part below the triangle, k + 1 entries
    double below = 0.0;
    for (std::int64_t i = 0; i <= k; ++i) below += v[i] * v[i];
    const double alpha = damped_(k, k);
    if (!held_.empty() && held_[static_cast<std::size_t>(k)]) {
      damped_(k, k) = 1.0;  // the column is zero, and so is the right-hand side: δₖ = 0
      damped_(k, n) = 0.0;
      continue;
    }
    if (below == 0.0) continue;
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
      for (std::int64_t i = 0; i <= k; ++i) a[i] += dot * v[i];
    }
  }
  for (std::int64_t i = 0; i < n; ++i) step[i] = -damped_(i, n);
  return solve_upper(damped_, n, step) ? LinearStatus::ok : LinearStatus::retry;
}

LinearStatus DenseQr::solve_again(const double* b, double* z) {
  const std::int64_t n = R_.rows();
  std::copy_n(b, n, z);
  if (!held_.empty())
    for (std::int64_t j = 0; j < n; ++j)
      if (held_[static_cast<std::size_t>(j)]) z[j] = 0.0;
  return solve_upper_transposed(damped_, n, z) && solve_upper(damped_, n, z) ? LinearStatus::ok : LinearStatus::retry;
}

double DenseQr::squared_product(const double* v) const {
  const std::int64_t n = R_.rows();
  double squares = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    double row = 0.0;
    for (std::int64_t j = i; j < n; ++j) row += R_(i, j) * v[j];
    squares += row * row;
  }
  return squares;
}

}  // namespace thalweg
