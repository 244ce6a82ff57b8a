// Counts: maximum likelihood in place of least squares.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// Poisson counts y with the means μ(x): the cost of each is ℓ = μ − y + y ln(y/μ), half its deviance, which differs
/// from minus the log likelihood by what a perfect fit would cost, y − y ln y + ln y! (McCullagh & Nelder 1989,
/// Generalized Linear Models, section 2.3 and chapter 6). The residuals are Pearson's, (μ − y)/√μ, and the rows of the
/// Jacobian ∂μ/√μ, so that JᵀJ is Fisher's information; the curvature is that of the cost itself. A mean that is not
/// above 0 is as good as not finite: it is refused at the start, and a step towards it rejected.
class PoissonResiduals final : public ResidualGroup {
 public:
  /// `group`: residuals μ − y, one for each count. Throws Error for a count that is negative or not whole, and for a
  /// group with several components, σ, a loss or a cost of its own.
  PoissonResiduals(std::unique_ptr<ResidualGroup> group, std::vector<double> counts);

  bool has_cost() const override { return true; }
  std::optional<double> saturated_cost() const override { return saturated_cost_; }
  bool differenced() const override { return group_->differenced(); }
  std::int64_t table_size() const override { return group_->table_size(); }
  void fill_table(const double* x, double* table) const override { group_->fill_table(x, table); }
  /// Such as "counts, row 3: the mean of the count is -0.2".
  std::string explain_non_finite(const double* x, std::int64_t item) const override;

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override;
  std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const override;

 private:
  std::unique_ptr<ResidualGroup> group_;
  std::vector<double> counts_;
  double saturated_cost_ = 0.0;
};

}  // namespace thalweg::inline v0_1
