// Groups that stand for another problem's, so that its residuals serve in a problem of other rows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// The residuals of a group, which must outlive it, with its σ, loss and cost.
class SameGroup final : public ResidualGroup {
 public:
  explicit SameGroup(const ResidualGroup& group);
  bool has_cost() const override { return group_.has_cost(); }
  std::optional<double> saturated_cost() const override { return group_.saturated_cost(); }
  bool couples_items() const override { return group_.couples_items(); }
  std::int64_t table_size() const override { return group_.table_size(); }
  void fill_table(const double* x, double* table) const override { group_.fill_table(x, table); }
  std::string explain_non_finite(const double* x, std::int64_t item) const override {
    return group_.explain_non_finite(x, item);
  }
  bool differenced() const override { return group_.differenced(); }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override { group_.evaluate(x, out); }
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override {
    group_.add_curvature(x, begin, end, weight, S);
  }

 private:
  const ResidualGroup& group_;
};

/// The groups of a problem, which must outlive them.
std::vector<std::unique_ptr<ResidualGroup>> same_groups(const Problem& problem);

/// A problem, which must outlive it, without its constraints.
Problem relaxed(const Problem& problem);
/// The constraints of a problem, which must outlive it, as its only residuals.
Problem conditions_alone(const Problem& problem);

}  // namespace thalweg::inline v0_1
