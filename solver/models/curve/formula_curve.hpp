// A formula as the model of a data set, whose rows may have parameters of their groups.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_model.hpp>

namespace thalweg::inline v0_1 {

/// The parameters of each row: those that all share are x[0], x[1], ... up to the first block, those of the row's group
/// `dimension` numbers from x[offset] on.
struct RowBlocks {
  int dimension = 0;        ///< 0: no parameter varies
  int parameters = 0;       ///< numbers of x
  std::vector<int> offset;  ///< one per row
};

class FormulaCurve final : public CurveModel {
 public:
  /// `rows`: where there are no columns. Throws as FormulaModel does.
  FormulaCurve(Equation equation, Symbols symbols, const std::vector<std::vector<double>>& columns,
               RowBlocks blocks = {}, std::int64_t rows = 0);

  const std::shared_ptr<const FormulaModel>& model() const { return model_; }
  std::int64_t rows() const override { return model_->rows(); }
  int parameters() const override { return blocks_.dimension > 0 ? blocks_.parameters : model_->parameters(); }
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
  RowBlocks blocks_;
  std::shared_ptr<const FormulaModel> model_;
};

/// Where the parameters of a data set's rows are in x.
RowBlocks row_blocks(const CurveProblem& built, const DataSet& data);

}  // namespace thalweg::inline v0_1
