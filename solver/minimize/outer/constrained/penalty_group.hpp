// Constraints as rows beside the residuals.
#pragma once

#include <vector>

#include <thalweg/problem/constraints.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// Of each component and item, at [k · items + i]: μ, which has the constraint's unit, and λ.
struct Multipliers {
  std::vector<double> penalty, lambda;
};

/// √μ (c + λ/μ), of an inequality 0 where that is below zero. The constraint and the multipliers must outlive it; the
/// latter may change between evaluations.
class PenaltyGroup final : public ResidualGroup {
 public:
  PenaltyGroup(const ResidualGroup& constraint, Constraints::Kind kind, const Multipliers& multipliers);
  std::string explain_non_finite(const double* x, std::int64_t item) const override {
    return constraint_.explain_non_finite(x, item);
  }
  bool differenced() const override { return constraint_.differenced(); }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override;

 private:
  std::size_t place(int k, std::int64_t i) const { return static_cast<std::size_t>(k * items() + i); }
  const ResidualGroup& constraint_;
  Constraints::Kind kind_;
  const Multipliers& multipliers_;
};

}  // namespace thalweg::inline v0_1
