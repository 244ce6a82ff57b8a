// A model's samples as a residual group. Private to the floor.
#pragma once

#include <memory>

#include <thalweg/problem/residual_group.hpp>

#include "models/regression/parts.hpp"

namespace thalweg::inline v0_1::regression {

/// Residuals f − y of linear models and networks of squares; of logistic and softmax ones costs of their own. The
/// Jacobian comes from backpropagation, one for each component: the column of the weight from input m to unit j of a
/// layer is δ[:, j] ∘ a[:, m], over all samples at once.
class ModelResiduals final : public ResidualGroup {
 public:
  explicit ModelResiduals(std::shared_ptr<const Parts> parts);
  bool has_cost() const override { return parts_->loss.has_cost(); }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override;

 private:
  void write_jacobian(const Columns& tile, const Workspace& w, std::int64_t first, double* const* column) const;

  std::shared_ptr<const Parts> parts_;
  mutable WorkspacePool pool_;
};

}  // namespace thalweg::inline v0_1::regression
