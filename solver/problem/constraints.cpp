#include <thalweg/problem/constraints.hpp>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

void Constraints::add(std::unique_ptr<ResidualGroup> group, Kind kind) {
  if (group->has_sigma() || !group->loss().is_trivial() || group->has_cost())
    throw Error(
        fmt::format("constraint '{}' has standard deviations, a loss or a cost; expected values alone", group->name()));
  held_.add_group(std::move(group));
  kinds_.push_back(kind);
}

}  // namespace thalweg::inline v0_1
