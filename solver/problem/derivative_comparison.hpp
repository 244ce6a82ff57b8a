// Given and expected derivatives of one residual group, side by side, and what they say of the mistake behind them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <thalweg/problem/derivative_check.hpp>

namespace thalweg::inline v0_1 {

/// One entry of the group's Jacobian at one point.
struct ComparedEntry {
  enum class State : char { unjudged, right, wrong };
  double given = 0.0;
  double expected = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::infinity();  ///< of expected
  double slack = 0.0;  ///< by how much given may differ from expected, apart from what is relative to them
  State state = State::unjudged;

  bool judged() const { return state != State::unjudged; }
  bool wrong() const { return state == State::wrong; }
  /// Neither is zero for all that differences can say.
  bool significant() const { return judged() && !(std::max(std::abs(given), std::abs(expected)) <= slack); }
};

/// Local column c of an item that reads one tangent component in several places stands for their sum at the first of
/// them, and is unjudged at the others.
class ComparedGroup {
 public:
  ComparedGroup(const ResidualGroup& group, std::vector<std::int64_t> items, int points)
      : group_(&group),
        items_(std::move(items)),
        points_(points),
        entries_(static_cast<std::size_t>(points) * static_cast<std::size_t>(sites()) *
                 static_cast<std::size_t>(columns())) {}

  const ResidualGroup& group() const { return *group_; }
  const std::vector<std::int64_t>& items() const { return items_; }  ///< sampled
  int points() const { return points_; }
  int columns() const { return group_->columns(); }
  /// A site is one component of one sampled residual, dimension() sites to the residual.
  std::int64_t sites() const { return static_cast<std::int64_t>(items_.size()) * group_->dimension(); }
  std::int64_t item(std::int64_t site) const { return items_[static_cast<std::size_t>(site / group_->dimension())]; }
  int component(std::int64_t site) const { return static_cast<int>(site % group_->dimension()); }

  ComparedEntry& at(int point, std::int64_t site, int column) {
    return entries_[static_cast<std::size_t>((point * sites() + site) * columns() + column)];
  }
  const ComparedEntry& at(int point, std::int64_t site, int column) const {
    return entries_[static_cast<std::size_t>((point * sites() + site) * columns() + column)];
  }
  /// The number of the tangent component that an item reads as its local column.
  std::int64_t parameter(std::int64_t item, int column) const {
    const auto [slot, component] = reading(column);
    return slot->offset(item) + component;
  }
  /// The slot of a local column, and which of its tangent components.
  std::pair<const Slot*, int> reading(int column) const {
    for (const Slot& slot : group_->slots()) {
      if (column < slot.dimension) return {&slot, column};
      column -= slot.dimension;
    }
    return {nullptr, -1};
  }

 private:
  const ResidualGroup* group_;
  std::vector<std::int64_t> items_;
  int points_;
  std::vector<ComparedEntry> entries_;
};

/// One fault for each mistake that explains wrong entries.
std::vector<DerivativeFault> diagnose(const Problem& problem, const ComparedGroup& compared);

}  // namespace thalweg::inline v0_1
