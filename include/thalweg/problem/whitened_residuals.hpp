// A residual group whose errors are correlated.
#pragma once

#include <memory>
#include <string>

#include <thalweg/problem/error_covariance.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// L⁻¹r of another group's residuals r, one for each item, where LLᵀ is the covariance of their errors: generalised
/// least squares, rᵀC⁻¹r (Aitken 1935). The other group's own σ comes first: then C is the covariance of r/σ. A σ of
/// this group divides what comes out.
class WhitenedResiduals final : public ResidualGroup {
 public:
  /// Throws Error for a group with several components, a loss or a cost of its own, whose items read different blocks,
  /// or whose items are not as many as the covariance has rows.
  WhitenedResiduals(std::unique_ptr<ResidualGroup> group, std::shared_ptr<const ErrorCovariance> covariance);

  bool couples_items() const override { return couples_; }
  bool differenced() const override { return group_->differenced(); }
  std::int64_t table_size() const override { return group_->table_size(); }
  void fill_table(const double* x, double* table) const override { group_->fill_table(x, table); }
  void standardize(double* values) const override;
  double log_determinant() const override;
  std::string explain_non_finite(const double* x, std::int64_t item) const override {
    return group_->explain_non_finite(x, item);
  }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override;

 private:
  std::unique_ptr<ResidualGroup> group_;
  std::shared_ptr<const ErrorCovariance> covariance_;
  bool couples_;
};

}  // namespace thalweg::inline v0_1
