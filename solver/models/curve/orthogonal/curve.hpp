// The model of a data set with errors in its inputs. Private.
#pragma once

#include <memory>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/curve_model.hpp>
#include <thalweg/models/orthogonal_residuals.hpp>

namespace thalweg::inline v0_1::orthogonal {

/// Its residuals are the distances from the curve, times the standard deviation of the response where there is one; the
/// curve and the response are those of the formula.
class OrthogonalCurve final : public CurveModel {
 public:
  /// `distances` has set_sigma() done, and its parameters from x[0] on.
  OrthogonalCurve(std::shared_ptr<const CurveModel> formula, std::shared_ptr<const OrthogonalResiduals> distances);

  const OrthogonalResiduals& distances() const { return *distances_; }
  std::int64_t rows() const override { return formula_->rows(); }
  int parameters() const override { return formula_->parameters(); }
  void evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                double* const* jacobian) const override;
  void predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const override {
    formula_->predict(p, begin, end, value);
  }
  std::vector<double> response() const override { return formula_->response(); }
  std::vector<char> bends() const override;
  std::optional<SaturatedFormula> saturated(const double* p) const override { return formula_->saturated(p); }
  /// The formula alone: other rows have no measured points.
  std::unique_ptr<CurveModel> on(const std::vector<std::vector<double>>& columns) const override {
    return formula_->on(columns);
  }

 private:
  std::shared_ptr<const CurveModel> formula_;
  std::shared_ptr<const OrthogonalResiduals> distances_;
};

/// `formula` is the data set's equation, `symbols` its names. Throws FormulaError; Error for standard deviations that
/// are not positive.
std::shared_ptr<const OrthogonalCurve> orthogonal_curve(const DataSet& data, std::shared_ptr<const CurveModel> formula,
                                                        const Symbols& symbols);

}  // namespace thalweg::inline v0_1::orthogonal
