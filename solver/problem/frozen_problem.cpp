#include <thalweg/problem/frozen_problem.hpp>

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

FrozenProblem::FrozenProblem(const Problem& problem, std::span<const std::int64_t> pinned)
    : problem_(&problem), pinned_(pinned.begin(), pinned.end()) {
  if (problem.groups().empty()) throw Error("the problem has no residuals; expected at least one group");
  if (!problem.constraints().empty())
    throw Error(fmt::format("constraint '{}' is not heeded here; expected solve, or a problem without constraints",
                            problem.constraints().groups().front()->name()));
  for (const std::int64_t number : pinned_)
    if (number < 0 || number >= size())
      throw Error(
          fmt::format("component {} of {} numbers cannot be pinned; expected 0 to {}", number, size(), size() - 1));
  set_loss_scale(1.0);
}

void FrozenProblem::set_loss_scale(double m) {
  loss_scale_ = m;
  losses_.clear();
  has_loss_ = false;
  for (const auto& group : problem_->groups()) {
    losses_.push_back(group->loss().with_scale_times(m));
    has_loss_ = has_loss_ || !losses_.back().is_trivial() || group->has_cost();
  }
}

void FrozenProblem::add_curved(const Manifold& manifold, std::int64_t offset, std::span<const std::int64_t> columns) {
  const bool held = std::any_of(columns.begin(), columns.end(), [](std::int64_t column) { return column < 0; });
  curved_.push_back(
      {&manifold, offset, curved_columns_.size(), held ? -1 : columns.front(), held || !manifold.closed()});
  curved_columns_.insert(curved_columns_.end(), columns.begin(), columns.end());
  widest_ = std::max(widest_, static_cast<std::size_t>(manifold.ambient_dimension()));
}

void FrozenProblem::find_flat_runs() {
  auto block = curved_.begin();
  for (std::int64_t j = 0; j < columns(); ++j) {
    const std::int64_t i = component_of(j);
    while (block != curved_.end() && block->offset + block->manifold->tangent_dimension() <= i) ++block;
    if (block != curved_.end() && block->offset <= i) continue;
    const bool follows = !flat_.empty() && flat_.back().column + flat_.back().count == j &&
                         flat_.back().component + flat_.back().count == i;
    if (follows)
      ++flat_.back().count;
    else
      flat_.push_back({j, i, 1});
  }
}

void FrozenProblem::retract_curved(const double* x, const double* step, double* moved) const {
  std::vector<double> own(widest_);
  for (const CurvedBlock& block : curved_) {
    const auto n = static_cast<std::size_t>(block.manifold->tangent_dimension());
    const double* delta = block.column < 0 ? own.data() : step + block.column;
    if (block.column < 0)
      for (std::size_t d = 0; d < n; ++d) own[d] = curved_column(block, d) < 0 ? 0.0 : step[curved_column(block, d)];
    // A block that stays keeps its bits.
    if (std::any_of(delta, delta + n, [](double d) { return d != 0.0; }))
      block.manifold->plus(x + block.offset, delta, moved + block.offset);
    else
      std::copy_n(x + block.offset, block.manifold->ambient_dimension(), moved + block.offset);
  }
}

double FrozenProblem::variance(double cost) const {
  if (problem_->noise() == Noise::known) return 1.0;
  const std::int64_t freedom = problem_->residual_count() - columns();
  return freedom > 0 ? 2.0 * cost / static_cast<double>(freedom) : std::numeric_limits<double>::quiet_NaN();
}

void FrozenProblem::coordinates(const double* x, double* values) const {
  for (const Run& run : flat_) std::copy_n(x + run.component, run.count, values + run.column);
  std::vector<double> own(widest_);
  for (const CurvedBlock& block : curved_) {
    if (block.column >= 0) {
      block.manifold->sizes(x + block.offset, values + block.column);
      continue;
    }
    block.manifold->sizes(x + block.offset, own.data());
    for (std::size_t d = 0; d < static_cast<std::size_t>(block.manifold->tangent_dimension()); ++d)
      if (const std::int64_t column = curved_column(block, d); column >= 0) values[column] = own[d];
  }
}

}  // namespace thalweg::inline v0_1
