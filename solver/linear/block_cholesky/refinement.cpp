#include <linear/block_cholesky/refinement.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

double largest(const std::vector<double>& v) {
  double most = 0.0;
  for (const double a : v) most = std::max(most, std::abs(a));
  return most;
}

}  // namespace

Refinement::Refinement(const BlockPattern& pattern) : pattern_(pattern), offset_(pattern.offsets()) {
  for (auto* v : {&residual_, &correction_, &right_}) v->resize(static_cast<std::size_t>(pattern.order()));
}

void Refinement::subtract_product(const double* values, const Plan& plan, const double* x) {
  residual_ = right_;
  for (std::int32_t c = 0; c < pattern_.block_columns(); ++c) {
    const int columns = pattern_.dimension[c];
    const double* const in_c = x + offset_[c];
    double* const out_c = residual_.data() + offset_[c];
    const double* diagonal = values + plan.block[pattern_.column_start[c]];
    for (int j = 0; j < columns; ++j) {
      out_c[j] -= diagonal[j * columns + j] * in_c[j];
      for (int i = j + 1; i < columns; ++i) {
        out_c[i] -= diagonal[j * columns + i] * in_c[j];
        out_c[j] -= diagonal[j * columns + i] * in_c[i];
      }
    }
    for (std::int64_t k = pattern_.column_start[c] + 1; k < pattern_.column_start[c + 1]; ++k) {
      const std::int32_t r = pattern_.row[k];
      const int rows = pattern_.dimension[r];
      const double* const a = values + plan.block[k];
      const std::int64_t down = plan.row_step[k], right = plan.column_step[k];
      const double* const in_r = x + offset_[r];
      double* const out_r = residual_.data() + offset_[r];
      for (int j = 0; j < columns; ++j) {
        double sum = 0.0;
        for (int i = 0; i < rows; ++i) {
          out_r[i] -= a[j * right + i * down] * in_c[j];
          sum += a[j * right + i * down] * in_r[i];
        }
        out_c[j] -= sum;
      }
    }
  }
}

LinearStatus Refinement::solve(const double* values, const Plan& plan, const double* b, double* x,
                               const std::function<void(const double*, double*)>& approximate) {
  // Corrections shrink by about κε each; one more is made unless the next is foreseen to be rounding.
  constexpr int most_steps = 12;
  constexpr double rounding = 1e-14, enough = 1e-11;
  const auto size_of = [&] {
    double most = 0.0;
    for (std::size_t i = 0; i < right_.size(); ++i) most = std::max(most, std::abs(x[i]));
    return most;
  };
  std::copy_n(b, right_.size(), right_.begin());
  approximate(right_.data(), x);
  double size = size_of(), last = size, foreseen = size;
  for (int step = 0; step < most_steps && foreseen > rounding * size; ++step) {
    subtract_product(values, plan, x);
    approximate(residual_.data(), correction_.data());
    const double next = largest(correction_);
    if (!(next < 0.5 * last)) {  // no gain: it is rounding already, or the factor is of no use
      foreseen = last;
      break;
    }
    for (std::size_t i = 0; i < right_.size(); ++i) x[i] += correction_[i];
    foreseen = next * (next / last);
    last = next;
    size = size_of();
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < right_.size(); ++i) sum += 0.0 * x[i];
  if (sum != 0.0) return LinearStatus::retry;
  return foreseen <= enough * size ? LinearStatus::ok : LinearStatus::inexact;
}

}  // namespace thalweg::inline v0_1::block_cholesky
