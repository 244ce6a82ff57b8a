#include <thalweg/problem/constraints.hpp>

#include <utility>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

void Constraints::add(std::shared_ptr<const ResidualGroup> group, Kind kind) {
  if (group->has_sigma() || !group->loss().is_trivial() || group->has_cost())
    throw Error(
        fmt::format("constraint '{}' has standard deviations, a loss or a cost; expected values alone", group->name()));
  groups_.push_back(std::move(group));
  kinds_.push_back(kind);
}

std::int64_t Constraints::count() const {
  std::int64_t all = 0;
  for (const auto& group : groups_) all += group->items() * group->dimension();
  return all;
}

}  // namespace thalweg::inline v0_1
