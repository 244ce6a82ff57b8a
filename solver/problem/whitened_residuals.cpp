#include <thalweg/problem/whitened_residuals.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Rows that are evaluated twice at the beginning of a range: of 2048 that is little.
constexpr std::int64_t most_look_back = 128;

const ResidualGroup& checked(const ResidualGroup& group, const ErrorCovariance& covariance) {
  const auto refuse = [&](const char* what, const char* expected) {
    throw Error(fmt::format("residual group '{}' {} and cannot have a covariance of its errors; expected {}",
                            group.name(), what, expected));
  };
  if (group.dimension() != 1) refuse("has residuals of several components", "one component");
  if (group.has_cost()) refuse("has a cost of its own", "residuals");
  if (!group.loss().is_trivial()) refuse("has a loss", "none");
  if (!group.shares_blocks()) refuse("has residuals that read different parameter blocks", "the same blocks for all");
  if (group.items() != covariance.size())
    throw Error(fmt::format("residual group '{}' has {} residuals, but their covariance has {} rows; expected as many",
                            group.name(), group.items(), covariance.size()));
  return group;
}

}  // namespace

WhitenedResiduals::WhitenedResiduals(std::unique_ptr<ResidualGroup> group,
                                     std::shared_ptr<const ErrorCovariance> covariance)
    : ResidualGroup(checked(*group, *covariance).name(), 1, group->items(), group->slots()),
      group_(std::move(group)),
      covariance_(std::move(covariance)),
      couples_(covariance_->longest_look_back() > most_look_back) {}

// From the last row on which nothing depends that comes before; what lies before the range is scratch.
void WhitenedResiduals::compute(const double* x, const ResidualOutput& out) const {
  const std::int64_t start = covariance_->first_needed(out.begin), before = out.begin - start, n = out.end - start;
  std::vector<double*> target = {out.residual[0]}, pointer;
  for (int c = 0; out.jacobian && c < columns(); ++c) target.push_back(out.jacobian[c]);
  std::vector<double> scratch(before > 0 ? target.size() * static_cast<std::size_t>(n) : 0);
  for (std::size_t k = 0; k < target.size(); ++k)
    pointer.push_back(before > 0 && target[k] ? scratch.data() + k * static_cast<std::size_t>(n) : target[k]);
  ResidualOutput inner = out;
  inner.begin = start;
  inner.residual = pointer.data();
  inner.jacobian = out.jacobian ? pointer.data() + 1 : nullptr;
  group_->evaluate(x, inner);
  for (std::size_t k = 0; k < pointer.size(); ++k) {
    if (!pointer[k]) continue;
    covariance_->whiten(pointer[k], start, out.end);
    if (before > 0) std::copy_n(pointer[k] + before, n - before, target[k]);
  }
}

// Σ wᵢ ∇²(L⁻¹r)ᵢ = Σ (L⁻ᵀw)ⱼ ∇²rⱼ.
void WhitenedResiduals::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                          const double* const* weight, double* S) const {
  const std::int64_t start = covariance_->first_needed(begin);
  std::vector<double> w(static_cast<std::size_t>(end - start), 0.0);
  std::copy_n(weight[0], end - begin, w.data() + (begin - start));
  covariance_->whiten_transposed(w.data(), start, end);
  const double* const pointer = w.data();
  group_->add_curvature(x, start, end, &pointer, S);
}

void WhitenedResiduals::standardize(double* values) const {
  group_->standardize(values);
  covariance_->whiten(values, 0, items());
  ResidualGroup::standardize(values);
}

double WhitenedResiduals::log_determinant() const {
  return group_->log_determinant() + covariance_->log_determinant() + ResidualGroup::log_determinant();
}

}  // namespace thalweg::inline v0_1
