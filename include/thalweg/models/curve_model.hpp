// The equation of one data set, bound to its data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1 {

/// Residuals r = model − response of each row, their derivatives by the fit parameters, and the curve itself.
/// Evaluation is const and thread-safe. Where the model is a formula see FormulaModel, which it mirrors; where it is
/// the solution of differential equations, a point x costs one integration, shared by all data sets that observe it.
class CurveModel {
 public:
  virtual ~CurveModel() = default;
  virtual std::int64_t rows() const = 0;
  virtual int parameters() const = 0;
  /// Rows [begin, end) to residual[row − begin] and jacobian[j][row − begin]; jacobian, or an entry, may be null.
  virtual void evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                        double* const* jacobian) const = 0;
  /// The model's value on rows [begin, end).
  virtual void predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const = 0;
  /// The response's value on every row. Throws Error when it contains a parameter.
  virtual std::vector<double> response() const = 0;
  /// Whether ∂²r/∂pⱼ∂pₖ may differ from zero, parameters() × parameters().
  virtual std::vector<char> bends() const = 0;
  /// As FormulaModel::saturated; nothing where that is not known.
  virtual std::optional<SaturatedFormula> saturated(const double* p) const = 0;
  /// The model alone, its response 0, on other rows of the same columns.
  virtual std::unique_ptr<CurveModel> on(const std::vector<std::vector<double>>& columns) const = 0;
};

}  // namespace thalweg::inline v0_1
