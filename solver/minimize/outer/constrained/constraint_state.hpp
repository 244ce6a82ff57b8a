// Constraints at a point, beside what is allowed of them.
#pragma once

#include <vector>

#include <minimize/outer/constrained/conditions.hpp>
#include <minimize/outer/constrained/penalty_group.hpp>
#include <thalweg/problem/constraints.hpp>

namespace thalweg::inline v0_1 {

/// Values of all constraints where they were last measured, and their sizes there: what their rounding is measured by.
/// A size is at least a part of that where they were first measured, for one that vanishes with all its terms.
/// Constraint k of group g is component k / items, item k % items. The constraints must outlive it.
class ConstraintState {
 public:
  ConstraintState(const Constraints& constraints, double tolerance)
      : constraints_(&constraints), tolerance_(tolerance) {}

  void measure(const std::vector<double>& x);

  std::size_t groups() const { return values_.size(); }
  std::size_t count(std::size_t g) const { return values_[g].value.size(); }
  double value(std::size_t g, std::size_t k) const { return values_[g].value[k]; }
  bool is_equality(std::size_t g) const { return constraints_->kinds()[g] == Constraints::Kind::equality; }
  const std::vector<std::vector<double>>& sizes() const { return sizes_; }

  /// |c| of an equality, max(c, 0) of an inequality.
  double violation(std::size_t g, std::size_t k) const;
  /// What may be left of a constraint.
  double allowed(std::size_t g, std::size_t k) const { return tolerance_ * sizes_[g][k]; }
  /// The largest violation, beside what is allowed.
  double worst_violation() const;
  /// The largest of |c| of an equality, and of |max(c, −λ/μ)| of an inequality, beside what is allowed: how far
  /// feasibility and complementarity are from holding (Birgin & Martínez 2014, (4.9)).
  double worst(const std::vector<Multipliers>& multipliers) const;

 private:
  const Constraints* constraints_;
  double tolerance_;
  std::vector<GroupValues> values_;
  std::vector<std::vector<double>> sizes_, first_;  // the latter: where they were first measured
};

}  // namespace thalweg::inline v0_1
