#include <thalweg/problem/poisson_residuals.hpp>

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const ResidualGroup& checked(const ResidualGroup& group) {
  if (group.dimension() != 1 || group.has_sigma() || group.has_cost() || !group.loss().is_trivial())
    throw Error(
        fmt::format("residual group '{}' cannot hold Poisson counts; expected one component, without standard "
                    "deviations, a loss or a cost of its own",
                    group.name()));
  return group;
}

/// μ − y + y ln(y/μ), of μ = y + r: y (t − ln(1 + t)) with t = r/y, which keeps the digits of a close fit.
double half_deviance(double y, double r) {
  if (y == 0.0) return r;
  const double t = r / y;
  return y * (t - std::log1p(t));
}

}  // namespace

PoissonResiduals::PoissonResiduals(std::unique_ptr<ResidualGroup> group, std::vector<double> counts)
    : ResidualGroup(checked(*group).name(), 1, group->items(), group->slots()),
      group_(std::move(group)),
      counts_(std::move(counts)) {
  if (static_cast<std::int64_t>(counts_.size()) != items())
    throw Error(fmt::format("residual group '{}' has {} residuals but {} counts; expected as many", name(), items(),
                            counts_.size()));
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const double y = counts_[i];
    if (!(y >= 0.0) || !std::isfinite(y) || y != std::floor(y))
      throw Error(
          fmt::format("count {} of residual group '{}' is {}; expected a whole number, 0 or more", i, name(), y));
    saturated_cost_ += y > 0.0 ? y - y * std::log(y) + std::lgamma(y + 1.0) : 0.0;
  }
}

void PoissonResiduals::compute(const double* x, const ResidualOutput& out) const {
  const std::int64_t n = out.end - out.begin;
  ResidualOutput inner = out;
  inner.cost = nullptr;
  group_->evaluate(x, inner);
  double* const r = out.residual[0];
  std::vector<double> root(out.jacobian ? static_cast<std::size_t>(n) : 0);
  for (std::int64_t i = 0; i < n; ++i) {
    const double y = counts_[static_cast<std::size_t>(out.begin + i)], mean = y + r[i];
    const double scale = mean > 0.0 ? std::sqrt(mean) : nan;
    if (out.cost) out.cost[i] = mean > 0.0 ? half_deviance(y, r[i]) : nan;
    if (out.jacobian) root[static_cast<std::size_t>(i)] = scale;
    r[i] /= scale;
  }
  for (int c = 0; out.jacobian && c < columns(); ++c)
    for (std::int64_t i = 0; out.jacobian[c] && i < n; ++i) out.jacobian[c][i] /= root[static_cast<std::size_t>(i)];
}

// ∇²Σℓ − J̃ᵀJ̃ = Σ (1 − y/μ) ∇²μ + Σ (y/μ² − 1/μ) ∂μ ∂μᵀ.
void PoissonResiduals::compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const*,
                                         double* S) const {
  const auto n = static_cast<std::size_t>(end - begin), columns = static_cast<std::size_t>(this->columns());
  std::vector<double> storage(n * (columns + 1)), weight(n);
  double* residual = storage.data();
  std::vector<double*> jacobian;
  for (std::size_t c = 0; c < columns; ++c) jacobian.push_back(storage.data() + (c + 1) * n);
  group_->evaluate(x, {begin, end, &residual, jacobian.data()});
  for (std::size_t i = 0; i < n; ++i) {
    const double r = residual[i], mean = counts_[static_cast<std::size_t>(begin) + i] + r;
    weight[i] = r / mean;
    const double bend = -r / (mean * mean);
    for (std::size_t a = 0; a < columns; ++a)
      for (std::size_t b = 0; b < columns; ++b) S[a * columns + b] += bend * jacobian[a][i] * jacobian[b][i];
  }
  const double* const pointer = weight.data();
  group_->add_curvature(x, begin, end, &pointer, S);
}

std::unique_ptr<ResidualGroup> PoissonResiduals::permuted(std::span<const std::int64_t> order) const {
  std::vector<double> counts;
  for (const std::int64_t i : order) counts.push_back(counts_[static_cast<std::size_t>(i)]);
  return std::make_unique<PoissonResiduals>(group_->reordered(order), std::move(counts));
}

std::string PoissonResiduals::explain_non_finite(const double* x, std::int64_t item) const {
  double residual = 0.0;
  double* const pointer = &residual;
  group_->evaluate(x, {item, item + 1, &pointer});
  if (!std::isfinite(residual)) return group_->explain_non_finite(x, item);
  const double mean = counts_[static_cast<std::size_t>(item)] + residual;
  return fmt::format("{}, row {}: the mean of the count is {:.4g}, and has to be above 0", name(), item + 1, mean);
}

}  // namespace thalweg::inline v0_1
