// What one data set observes of the solution of differential equations. Private to the models.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <thalweg/models/curve_model.hpp>
#include <thalweg/problem/residual_group.hpp>

#include "models/ode/experiment.hpp"

namespace thalweg::inline v0_1::ode {

/// response = g(y(t), p, columns): ∂r/∂p = g_p + g_y S.
class OdeModel final : public CurveModel {
 public:
  /// `symbols` are the columns of `data` and the definitions that the equation reads; the time is one of the columns,
  /// and every time one of the experiment's.
  OdeModel(const Equation& equation, Symbols symbols, std::vector<std::vector<double>> data,
           std::shared_ptr<const Experiment> experiment);

  std::int64_t rows() const override { return static_cast<std::int64_t>(place_.size()); }
  int parameters() const override { return static_cast<int>(m_); }
  void evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                double* const* jacobian) const override;
  void predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const override;
  std::vector<double> response() const override;
  std::vector<char> bends() const override;
  std::optional<SaturatedFormula> saturated(const double*) const override { return std::nullopt; }
  std::unique_ptr<CurveModel> on(const std::vector<std::vector<double>>& columns) const override;

  /// Why the row is not finite at p; empty where it is.
  std::string explain_non_finite(const double* p, std::int64_t row) const;

 private:
  /// The variables (p, y, columns) of a row.
  void fill(const Experiment::Solution& solution, const double* p, std::size_t row, std::vector<double>& v) const;
  /// The column of the times.
  std::size_t time() const;
  /// The equation as a formula of parameters, with states and data as columns.
  FormulaModel as_formula(const std::vector<std::vector<double>>& columns) const;

  Equation equation_;
  Symbols symbols_;
  std::vector<std::vector<double>> data_;
  std::shared_ptr<const Experiment> experiment_;
  std::size_t m_, n_;
  FormulaSystem observed_;          // model and response, by parameters and states
  std::vector<std::size_t> place_;  // of each row's time among the experiment's
};

/// The residuals of one data set. Second derivatives are differences of the exact first ones.
class OdeResiduals final : public ResidualGroup {
 public:
  OdeResiduals(std::string name, std::shared_ptr<const OdeModel> model, std::int64_t offset);
  std::string explain_non_finite(const double* x, std::int64_t item) const override;

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;

 private:
  std::shared_ptr<const OdeModel> model_;
};

}  // namespace thalweg::inline v0_1::ode
