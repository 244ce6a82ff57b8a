#include "models/regression/design.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>

#include "models/regression/output_loss.hpp"

namespace thalweg::inline v0_1::regression {

Standardisation standardisation_of(const RegressionData& data) {
  Standardisation result;
  const auto n = static_cast<double>(data.samples());
  for (std::size_t j = 0; j < data.x.size(); ++j) {
    double sum = 0.0;
    for (const double v : data.x[j]) sum += v;
    const double first = sum / n;
    double rest = 0.0, squares = 0.0;
    for (const double v : data.x[j]) rest += v - first;
    const double mean = first + rest / n;  // the rounding of the first sum put right
    for (const double v : data.x[j]) squares += (v - mean) * (v - mean);
    const double deviation = std::sqrt(squares / (n - 1.0));
    if (!(deviation > 0.0))
      throw Error(fmt::format("input '{}' is constant and cannot be standardised; expected one that varies, or none",
                              data.inputs[j]));
    result.mean.push_back(mean);
    result.deviation.push_back(deviation);
  }
  return result;
}

Design::Design(const RegressionData& data, const Standardisation* standard, bool ones)
    : columns_(data.samples(), static_cast<std::int64_t>(data.x.size()) + (ones ? 1 : 0)), y_(data.samples()) {
  const std::int64_t n = data.samples(), first = ones ? 1 : 0;
  if (ones) std::fill_n(columns_.column(0), n, 1.0);
  for (std::size_t j = 0; j < data.x.size(); ++j) {
    double* to = columns_.column(first + static_cast<std::int64_t>(j));
    for (std::int64_t i = 0; i < n; ++i) {
      const double v = data.x[j][static_cast<std::size_t>(i)];
      to[i] = standard ? (v - standard->mean[j]) / standard->deviation[j] : v;
    }
  }
  std::copy(data.y.begin(), data.y.end(), y_.data());
  for (std::int64_t j = 0; j < columns_.columns(); ++j)
    squares_.push_back(kernels::dot(columns_.column(j), columns_.column(j), columns_.stride()));
  rows_.resize(static_cast<std::size_t>(n * columns_.columns()));
  for (std::int64_t j = 0; j < columns_.columns(); ++j)
    for (std::int64_t i = 0; i < n; ++i) rows_[static_cast<std::size_t>(i * columns_.columns() + j)] = columns_(i, j);
}

Columns Design::gather(std::span<const std::int64_t> batch, std::vector<double>& storage,
                       std::vector<double>& y) const {
  const auto m = static_cast<std::int64_t>(batch.size());
  const std::int64_t stride = stride_of(m), p = columns_.columns();
  if (const auto wanted = static_cast<std::size_t>(stride * p); storage.size() < wanted) storage.resize(wanted);
  if (const auto wanted = static_cast<std::size_t>(stride); y.size() < wanted) y.resize(wanted);
  for (std::int64_t i = 0; i < m; ++i) {
    const double* row = rows_.data() + batch[static_cast<std::size_t>(i)] * p;
    for (std::int64_t j = 0; j < p; ++j) storage[static_cast<std::size_t>(j * stride + i)] = row[j];
    y[static_cast<std::size_t>(i)] = y_[batch[static_cast<std::size_t>(i)]];
  }
  for (std::int64_t j = 0; j < p; ++j)
    std::fill(storage.begin() + j * stride + m, storage.begin() + j * stride + padded(m), 0.0);
  std::fill(y.begin() + m, y.begin() + padded(m), 0.0);
  return {storage.data(), stride, m, p};
}

Columns Design::any_tile(std::int64_t begin, std::int64_t m, std::vector<double>& storage) const {
  if (begin % row_padding == 0) return tile(begin, m);
  std::vector<std::int64_t> which(static_cast<std::size_t>(m));
  std::iota(which.begin(), which.end(), begin);
  std::vector<double> y;
  return gather(which, storage, y);
}

}  // namespace thalweg::inline v0_1::regression
