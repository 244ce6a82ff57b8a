#include <thalweg/base/cancellation.hpp>
#include <thalweg/linear/dense_cholesky.hpp>

#include <algorithm>
#include <cmath>

#include <math/dense_kernels.hpp>

namespace thalweg::inline v0_1 {
namespace {
constexpr long numbers_between_polls = 100000;  // some 100 µs
}

LinearStatus DenseCholesky::linearize(const DenseMatrix& J, const double* r, std::span<const char> held) {
  n_ = J.columns();
  const auto n = static_cast<std::size_t>(n_);
  normal_.resize(n * n);
  factor_.resize(n * n);
  for (auto* v : {&scale_, &gradient_, &column_norms_}) v->resize(n);
  if (J.rows() < J.stride()) {
    padded_residual_.resize(J.stride());
    std::copy_n(r, J.rows(), padded_residual_.data());
    r = padded_residual_.data();
  }
  bool finite = true;
  PollEvery poll(numbers_between_polls);
  for (std::size_t i = 0; i < n; ++i) {
    poll(static_cast<long>(i) * J.stride());
    const bool zero = !held.empty() && held[i];
    const double* column = J.column(static_cast<std::int64_t>(i));
    for (std::size_t j = 0; j <= i; ++j)
      normal_[i * n + j] = zero || (!held.empty() && held[j])
                               ? 0.0
                               : kernels::dot(column, J.column(static_cast<std::int64_t>(j)), J.stride());
    gradient_[i] = zero ? 0.0 : kernels::dot(column, r, J.stride());
    column_norms_[i] = std::sqrt(normal_[i * n + i]);
    finite = finite && std::isfinite(gradient_[i]) && std::isfinite(column_norms_[i]);
    if (zero) normal_[i * n + i] = 1.0;  // its row, column and right-hand side are zero otherwise: δᵢ = 0
  }
  return finite ? LinearStatus::ok : LinearStatus::fatal;
}

LinearStatus DenseCholesky::solve(double lambda, const double* D, double* step) {
  const auto n = static_cast<std::size_t>(n_);
  for (std::size_t i = 0; i < n; ++i) {
    const double diagonal = normal_[i * n + i] + (lambda > 0.0 ? lambda * D[i] * D[i] : 0.0);
    if (!(diagonal > 0.0) || !std::isfinite(diagonal)) return LinearStatus::retry;
    scale_[i] = 1.0 / std::sqrt(diagonal);
  }
  PollEvery poll(numbers_between_polls);
  for (std::size_t i = 0; i < n; ++i) {
    poll(static_cast<long>(i * i / 2));
    for (std::size_t j = 0; j < i; ++j) {
      double s = normal_[i * n + j] * scale_[i] * scale_[j];
      for (std::size_t k = 0; k < j; ++k) s -= factor_[i * n + k] * factor_[j * n + k];
      factor_[i * n + j] = s / factor_[j * n + j];
    }
    double pivot = 1.0;  // the scaled, damped diagonal
    for (std::size_t k = 0; k < i; ++k) pivot -= factor_[i * n + k] * factor_[i * n + k];
    if (!(pivot > 0.0)) return LinearStatus::retry;
    factor_[i * n + i] = std::sqrt(pivot);
  }
  for (std::size_t i = 0; i < n; ++i) step[i] = -gradient_[i];
  return solve_again(step, step);
}

LinearStatus DenseCholesky::solve_again(const double* b, double* z) {
  const auto n = static_cast<std::size_t>(n_);
  bool finite = true;
  for (std::size_t i = 0; i < n; ++i) {
    double s = b[i] * scale_[i];
    for (std::size_t k = 0; k < i; ++k) s -= factor_[i * n + k] * z[k];
    z[i] = s / factor_[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) z[i] -= factor_[k * n + i] * z[k];
    z[i] /= factor_[i * n + i];
  }
  for (std::size_t i = 0; i < n; ++i) {
    z[i] *= scale_[i];
    finite = finite && std::isfinite(z[i]);
  }
  return finite ? LinearStatus::ok : LinearStatus::retry;
}

double DenseCholesky::squared_product(const double* v) const {
  const auto n = static_cast<std::size_t>(n_);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    double row = 0.5 * normal_[i * n + i] * v[i];
    for (std::size_t j = 0; j < i; ++j) row += normal_[i * n + j] * v[j];
    sum += 2.0 * row * v[i];
  }
  return sum;
}

}  // namespace thalweg::inline v0_1
