// A formula as the model of a data set, whose rows may have parameters of their groups.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_model.hpp>

namespace thalweg::inline v0_1 {

/// Where the parameters are that the rows of a data set have from their groups: a slot of x, or none where all rows
/// share all parameters.
std::vector<Slot> group_slots(const CurveProblem& built, const DataSet& data);

class FormulaCurve final : public CurveModel {
 public:
  /// `groups`: the slot of the parameters that vary from row to row, in x of so many `numbers`; those that do not begin
  /// x. `rows`: where there are no columns. Throws as FormulaModel does.
  FormulaCurve(Equation equation, Symbols symbols, const std::vector<std::vector<double>>& columns,
               std::vector<Slot> groups = {}, std::int64_t numbers = 0, std::int64_t rows = 0);

  const std::shared_ptr<const FormulaModel>& model() const { return model_; }
  std::int64_t rows() const override { return model_->rows(); }
  int parameters() const override { return groups_.empty() ? model_->parameters() : static_cast<int>(numbers_); }
  void evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                double* const* jacobian) const override;
  void predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const override;
  std::vector<double> response() const override { return model_->response(); }
  std::vector<char> bends() const override { return model_->bends(); }
  std::optional<SaturatedFormula> saturated(const double* p) const override { return model_->saturated(p); }
  /// Throws Error where rows have groups: those of the other rows are not known.
  std::unique_ptr<CurveModel> on(const std::vector<std::vector<double>>& columns) const override;

 private:
  Equation equation_;
  Symbols symbols_;
  std::vector<Slot> groups_;
  std::int64_t numbers_;
  std::shared_ptr<const FormulaModel> model_;
};

}  // namespace thalweg::inline v0_1
