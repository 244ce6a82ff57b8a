#include <thalweg/problem/same_group.hpp>

#include <utility>

namespace thalweg::inline v0_1 {

SameGroup::SameGroup(const ResidualGroup& group)
    : ResidualGroup(group.name(), group.dimension(), group.items(), group.slots()), group_(group) {
  if (!group.loss().is_trivial()) set_loss(group.loss());
  if (group.is_prior()) mark_prior();
}

std::vector<std::unique_ptr<ResidualGroup>> same_groups(const Problem& problem) {
  std::vector<std::unique_ptr<ResidualGroup>> groups;
  for (const auto& group : problem.groups()) groups.push_back(std::make_unique<SameGroup>(*group));
  return groups;
}

Problem relaxed(const Problem& problem) {
  Problem same = problem.with_groups(same_groups(problem));
  same.clear_constraints();
  return same;
}

Problem conditions_alone(const Problem& problem) {
  std::vector<std::unique_ptr<ResidualGroup>> groups;
  for (const auto& group : problem.constraints().groups()) groups.push_back(std::make_unique<SameGroup>(*group));
  Problem same = problem.with_groups(std::move(groups));
  same.clear_constraints();
  return same;
}

}  // namespace thalweg::inline v0_1
