// Expressions of the parameters of a curve fit: those that are tied, and derived quantities.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1 {

/// Functions g of the parameters of a fit, in the order of CurveFit::parameters.
class ParameterExpressions {
 public:
  /// Tied parameters first, then derived quantities, each in the order of the fit. Throws FormulaError and
  /// CyclicDefinition for expressions that are wrong; a fit that was checked has none.
  explicit ParameterExpressions(const CurveFit& fit);

  std::size_t count() const { return expressions_.size(); }
  std::size_t tied() const { return tied_; }  ///< how many of them are tied parameters
  const NamedExpression& operator[](std::size_t i) const { return expressions_[i]; }
  /// Whether g reads a parameter that is per group: it then has a value in each.
  bool per_group(std::size_t i) const { return per_group_[i] != 0; }
  /// g at the parameters p, which are all of the fit's; ∂g/∂p to `gradient` unless that is null.
  double value(std::size_t i, const double* p, double* gradient = nullptr) const;

 private:
  std::vector<NamedExpression> expressions_;
  std::size_t tied_ = 0;
  std::vector<char> per_group_;
  std::vector<std::shared_ptr<const FormulaModel>> models_;  // of one row, 0 = g
};

}  // namespace thalweg::inline v0_1
