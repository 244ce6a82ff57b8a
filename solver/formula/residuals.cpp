#include <thalweg/formula/formula.hpp>

#include <cmath>
#include <utility>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {

FormulaResiduals::FormulaResiduals(std::string name, std::shared_ptr<const FormulaModel> model, std::int64_t offset)
    : ResidualGroup(std::move(name), 1, model->rows(), {{model->parameters(), offset, {}}}), model_(std::move(model)) {}

void FormulaResiduals::compute(const double* x, const ResidualOutput& out) const {
  model_->evaluate(x + slots()[0].shared_offset, out.begin, out.end, out.residual[0], out.jacobian);
}

void FormulaResiduals::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                         const double* const* weight, double* S) const {
  model_->add_curvature(x + slots()[0].shared_offset, begin, end, weight[0], S);
}

std::string FormulaResiduals::explain_non_finite(const double* x, std::int64_t item) const {
  const auto found = model_->non_finite_at(x + slots()[0].shared_offset, item);
  if (!found) return {};
  const char* const value = std::isnan(found->value) ? "nan" : found->value > 0.0 ? "inf" : "-inf";
  return name() + ", row " + std::to_string(item + 1) + ": '" + reading::shortened(found->subexpression) + "' is " +
         value;
}

}  // namespace thalweg::inline v0_1
