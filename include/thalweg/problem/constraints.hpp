// Conditions on x beside a problem's residuals.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// Conditions on the parameters of a problem, stated as residual groups: every component of every item is one. Copies
/// share the groups. Problem::add_equality and its like fill it.
class Constraints {
 public:
  enum class Kind {
    equality,   ///< c(x) = 0
    inequality  ///< c(x) ≤ 0
  };

  /// Throws Error for a group with σ, a loss or a cost of its own, which conditions do not have.
  void add(std::shared_ptr<const ResidualGroup> group, Kind kind);

  bool empty() const { return groups_.empty(); }
  const std::vector<std::shared_ptr<const ResidualGroup>>& groups() const { return groups_; }
  const std::vector<Kind>& kinds() const { return kinds_; }  ///< of each group
  std::int64_t count() const;                                ///< of conditions

 private:
  std::vector<std::shared_ptr<const ResidualGroup>> groups_;
  std::vector<Kind> kinds_;
};

}  // namespace thalweg::inline v0_1
