#include <linear/block_cholesky/refinement.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

double largest(const double* v, std::size_t n) {
  double most = 0.0;
  for (std::size_t i = 0; i < n; ++i) most = std::max(most, std::abs(v[i]));
  return most;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

Refinement::Refinement(const BlockPattern& pattern, double accuracy)
    : pattern_(pattern), accuracy_(accuracy), offset_(pattern.offsets()) {
  for (auto* v : {&right_, &residual_, &correction_, &preconditioned_, &direction_, &product_})
    v->resize(static_cast<std::size_t>(pattern.order()));
}

/// product = Ax.
void Refinement::multiply(const double* values, const Plan& plan, const double* x, std::vector<double>& product) const {
  std::fill(product.begin(), product.end(), 0.0);
  for (std::int32_t c = 0; c < pattern_.block_columns(); ++c) {
    const int columns = pattern_.dimension[c];
    const double* const in_c = x + offset_[c];
    double* const out_c = product.data() + offset_[c];
    const double* diagonal = values + plan.block[pattern_.column_start[c]];
    for (int j = 0; j < columns; ++j) {
      out_c[j] += diagonal[j * columns + j] * in_c[j];
      for (int i = j + 1; i < columns; ++i) {
        out_c[i] += diagonal[j * columns + i] * in_c[j];
        out_c[j] += diagonal[j * columns + i] * in_c[i];
      }
    }
    for (std::int64_t k = pattern_.column_start[c] + 1; k < pattern_.column_start[c + 1]; ++k) {
      const std::int32_t r = pattern_.row[k];
      const int rows = pattern_.dimension[r];
      const double* const a = values + plan.block[k];
      const std::int64_t down = plan.row_step[k], right = plan.column_step[k];
      const double* const in_r = x + offset_[r];
      double* const out_r = product.data() + offset_[r];
      for (int j = 0; j < columns; ++j) {
        double sum = 0.0;
        for (int i = 0; i < rows; ++i) {
          out_r[i] += a[j * right + i * down] * in_c[j];
          sum += a[j * right + i * down] * in_r[i];
        }
        out_c[j] += sum;
      }
    }
  }
}

/// The correction, from the residual, by conjugate gradients with the factor as preconditioner: where κε is small the
/// first step is all but exact, and few directions that rounding has spoilt take a step each (Higham 1997; Saad 2003,
/// section 9.2). The part of the correction that its error is foreseen to have; infinite where A or the factor are not
/// positive definite.
double Refinement::correct(const double* values, const Plan& plan, const Approximate& approximate) {
  constexpr int most_steps = 16;
  const double small = std::max(1e-6, accuracy_);
  const std::size_t n = residual_.size();
  std::fill(correction_.begin(), correction_.end(), 0.0);
  double squared = 0.0, last = 0.0, foreseen = 1.0;
  for (int step = 0; step < most_steps; ++step) {
    approximate(residual_.data(), preconditioned_.data());
    const double before = squared;
    squared = dot(residual_, preconditioned_);
    if (squared == 0.0) return 0.0;
    const double along = step == 0 ? 0.0 : squared / before;
    for (std::size_t i = 0; i < n; ++i) direction_[i] = preconditioned_[i] + along * direction_[i];
    multiply(values, plan, direction_.data(), product_);
    const double curvature = dot(direction_, product_), length = squared / curvature;
    if (!(squared > 0.0 && curvature > 0.0 && std::isfinite(length))) return std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < n; ++i) correction_[i] += length * direction_[i];
    for (std::size_t i = 0; i < n; ++i) residual_[i] -= length * product_[i];
    const double change = length * largest(direction_.data(), n), size = largest(correction_.data(), n);
    if (step > 0) {
      foreseen = std::min(change / size, change / size * (change / last));
      if (change <= small * size) break;
    }
    last = change;
  }
  return foreseen;
}

LinearStatus Refinement::solve(const double* values, const Plan& plan, const double* b, double* x,
                               const Approximate& approximate) {
  constexpr int most_corrections = 8;
  constexpr double enough = 1e-11;
  const std::size_t n = right_.size();
  std::copy_n(b, n, right_.begin());
  std::fill_n(x, n, 0.0);
  residual_ = right_;
  double last = std::numeric_limits<double>::infinity(), error = last, size = 0.0;
  for (int k = 0; k < most_corrections; ++k) {
    const double part = correct(values, plan, approximate), next = largest(correction_.data(), n);
    if (!std::isfinite(part)) break;
    if (!(next <= 0.5 * last)) {  // no gain: it is rounding already, or the factor is of no use
      error = last;
      break;
    }
    for (std::size_t i = 0; i < n; ++i) x[i] += correction_[i];
    size = largest(x, n);
    error = part * next;
    if (error <= accuracy_ * size) break;
    last = next;
    multiply(values, plan, x, product_);
    for (std::size_t i = 0; i < n; ++i) residual_[i] = right_[i] - product_[i];
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += 0.0 * x[i];
  if (sum != 0.0) return LinearStatus::retry;
  return error <= std::max(enough, accuracy_) * size ? LinearStatus::ok : LinearStatus::inexact;
}

}  // namespace thalweg::inline v0_1::block_cholesky
