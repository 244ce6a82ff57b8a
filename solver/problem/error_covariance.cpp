#include <thalweg/problem/error_covariance.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

/// In an order that does not depend on where the memory lies.
double dot(const double* a, const double* b, std::int64_t n) {
  constexpr std::int64_t lanes = 8;
  double partial[lanes] = {}, sum = 0.0;
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t l = 0; l < lanes; ++l) partial[l] += a[i + l] * b[i + l];
  for (; i < n; ++i) sum += a[i] * b[i];
  for (const double each : partial) sum += each;
  return sum;
}

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

IndefiniteCovariance::IndefiniteCovariance(std::int64_t row_, double pivot_)
    : Error(fmt::format(
          "the covariance is not positive definite at row {}: beside the rows before it, the variance {:.3g} "
          "is left of it",
          row_ + 1, pivot_)),
      row(row_),
      pivot(pivot_) {}

ErrorCovariance::ErrorCovariance(LowerRows rows) : rows_(std::move(rows)) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    std::vector<double>& row = rows_[i];
    if (row.empty() || row.size() > i + 1)
      throw Error(fmt::format("row {} of a covariance has {} numbers up to the diagonal; expected 1 to {}", i + 1,
                              row.size(), i + 1));
    for (const double v : row)
      if (!std::isfinite(v)) throw Error(fmt::format("row {} of a covariance holds {}; expected numbers", i + 1, v));
    // Zeros that were given belong to the envelope no more than those left out.
    row.erase(row.begin(), std::find_if(row.begin(), row.end() - 1, [](double v) { return v != 0.0; }));
  }
  factor();
  find_restarts();
}

ErrorCovariance ErrorCovariance::autoregressive(std::vector<double> with_previous) {
  ErrorCovariance made;
  made.deviations_.assign(with_previous.size(), 1.0);
  for (std::size_t i = 0; i < with_previous.size(); ++i) {
    double& phi = with_previous[i];
    if (i == 0) phi = 0.0;
    if (!(std::abs(phi) < 1.0))
      throw Error(fmt::format(
          "the correlation of row {} with the row before it is {}; expected a number between -1 and 1", i + 1, phi));
    made.log_determinant_ += std::log1p(-phi * phi);
  }
  made.with_previous_ = std::move(with_previous);
  made.find_restarts();
  return made;
}

std::int64_t ErrorCovariance::first(std::int64_t row) const {
  if (rows_.empty()) return with_previous_[at(row)] == 0.0 ? row : row - 1;
  return row + 1 - static_cast<std::int64_t>(rows_[at(row)].size());
}

void ErrorCovariance::factor() {
  factor_ = rows_;
  const auto m = static_cast<std::int64_t>(rows_.size());
  const double least = static_cast<double>(m) * std::numeric_limits<double>::epsilon();
  for (std::int64_t i = 0; i < m; ++i) {
    double* const row = factor_[at(i)].data() - first(i);  // row[j] is entry j
    for (std::int64_t j = first(i); j < i; ++j) {
      const double* const other = factor_[at(j)].data() - first(j);
      const std::int64_t from = std::max(first(i), first(j));
      row[j] = (row[j] - dot(row + from, other + from, j - from)) / other[j];
    }
    const double variance = row[i], pivot = variance - dot(row + first(i), row + first(i), i - first(i));
    if (!(pivot > least * variance) || !std::isfinite(pivot)) throw IndefiniteCovariance(i, pivot);
    row[i] = std::sqrt(pivot);
    deviations_.push_back(std::sqrt(variance));
    log_determinant_ += std::log(pivot);
  }
}

void ErrorCovariance::find_restarts() {
  const std::int64_t m = size();
  restart_.resize(at(m));
  if (rows_.empty()) {  // L⁻¹ itself has a band of two
    for (std::int64_t i = 0; i < m; ++i) restart_[at(i)] = first(i);
    return;
  }
  std::int64_t least = m;
  for (std::int64_t i = m; i-- > 0;) {
    least = std::min(least, first(i));
    restart_[at(i)] = least;
  }
  // A row at which nothing from there on looks back begins a block of its own.
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    if (restart_[at(i)] >= i) begin = i;
    restart_[at(i)] = begin;
  }
}

std::int64_t ErrorCovariance::longest_look_back() const {
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < size(); ++i) longest = std::max(longest, i - first_needed(i));
  return longest;
}

ErrorCovariance ErrorCovariance::of_rows(std::span<const std::size_t> chosen) const {
  if (rows_.empty()) {
    std::vector<double> correlation(chosen.size(), 0.0);
    for (std::size_t k = 1; k < chosen.size(); ++k) {
      correlation[k] = 1.0;
      for (std::size_t i = chosen[k - 1] + 1; i <= chosen[k]; ++i) correlation[k] *= with_previous_[i];
    }
    return autoregressive(std::move(correlation));
  }
  LowerRows part;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const auto i = static_cast<std::int64_t>(chosen[k]);
    std::vector<double>& row = part.emplace_back();
    for (std::size_t l = 0; l <= k; ++l) {
      const auto j = static_cast<std::int64_t>(chosen[l]);
      if (j >= first(i)) row.push_back(rows_[at(i)][at(j - first(i))]);
    }
  }
  return ErrorCovariance(std::move(part));
}

void ErrorCovariance::whiten(double* v, std::int64_t begin, std::int64_t end) const {
  v -= begin;
  if (rows_.empty()) {
    for (std::int64_t i = end; i-- > begin + 1;) {
      const double phi = with_previous_[at(i)];
      v[i] = (v[i] - phi * v[i - 1]) / std::sqrt((1.0 - phi) * (1.0 + phi));
    }
    return;
  }
  for (std::int64_t i = begin; i < end; ++i) {
    const double* const row = factor_[at(i)].data() - first(i);
    v[i] = (v[i] - dot(row + first(i), v + first(i), i - first(i))) / row[i];
  }
}

void ErrorCovariance::whiten_transposed(double* v, std::int64_t begin, std::int64_t end) const {
  v -= begin;
  if (rows_.empty()) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto root = [&](std::int64_t k) {
        const double phi = with_previous_[at(k)];
        return std::sqrt((1.0 - phi) * (1.0 + phi));
      };
      v[i] = v[i] / root(i) - (i + 1 < end ? with_previous_[at(i + 1)] * v[i + 1] / root(i + 1) : 0.0);
    }
    return;
  }
  for (std::int64_t i = end; i-- > begin;) {
    const double* const row = factor_[at(i)].data() - first(i);
    v[i] /= row[i];
    for (std::int64_t j = first(i); j < i; ++j) v[j] -= row[j] * v[i];
  }
}

}  // namespace thalweg::inline v0_1
