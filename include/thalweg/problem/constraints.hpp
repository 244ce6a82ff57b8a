// Conditions on x beside a problem's residuals.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Conditions on the parameters of a problem, stated as residual groups: every component of every item is one.
class Constraints {
 public:
  enum class Kind {
    equality,   ///< c(x) = 0
    inequality  ///< c(x) ≤ 0
  };

  /// On the parameters that the problem has now; it need not outlive this.
  explicit Constraints(const Problem& problem) : held_(problem.with_groups({})) {}

  /// c(x) = 0, or c(x) ≤ 0: a callable, blocks and data as Problem::add_residuals takes them, of the problem's handles.
  template <class F, class... Arguments>
  void add_equality(std::string name, F f, Arguments&&... arguments) {
    held_.add_residuals(std::move(name), std::move(f), std::forward<Arguments>(arguments)...);
    kinds_.push_back(Kind::equality);
  }
  template <class F, class... Arguments>
  void add_inequality(std::string name, F f, Arguments&&... arguments) {
    held_.add_residuals(std::move(name), std::move(f), std::forward<Arguments>(arguments)...);
    kinds_.push_back(Kind::inequality);
  }
  /// A group of the caller's own making. Throws Error as Problem::add_group does, and for one with σ, a loss or a cost
  /// of its own.
  void add(std::unique_ptr<ResidualGroup> group, Kind kind);

  const std::vector<std::unique_ptr<ResidualGroup>>& groups() const { return held_.groups(); }
  const std::vector<Kind>& kinds() const { return kinds_; }  ///< of each group
  std::int64_t count() const { return held_.residual_count(); }

 private:
  Problem held_;
  std::vector<Kind> kinds_;
};

}  // namespace thalweg::inline v0_1
