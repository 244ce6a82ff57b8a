#include "models/curve/orthogonal/curve.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <thalweg/models/row_noise.hpp>

#include "models/curve/checks/input_errors.hpp"
#include "models/curve/row_formula.hpp"

namespace thalweg::inline v0_1::orthogonal {
namespace {

/// L of each row for independent errors, but that of the last two entries, which have a correlation where one is given.
std::vector<std::vector<double>> factors(const std::vector<std::vector<double>>& deviations,
                                         const std::vector<double>& correlation) {
  const std::size_t rows = deviations[0].size();
  std::vector<std::vector<double>> factor;
  for (std::size_t a = 0; a < deviations.size(); ++a)
    for (std::size_t b = 0; b <= a; ++b) factor.push_back(a == b ? deviations[a] : std::vector<double>(rows, 0.0));
  for (std::size_t row = 0; row < correlation.size(); ++row) {
    const double r = correlation[row];
    factor[1][row] = r * deviations[1][row];
    factor[2][row] = std::sqrt((1.0 - r) * (1.0 + r)) * deviations[1][row];
  }
  return factor;
}

}  // namespace

OrthogonalCurve::OrthogonalCurve(std::shared_ptr<const CurveModel> formula,
                                 std::shared_ptr<const OrthogonalResiduals> distances)
    : formula_(std::move(formula)), distances_(std::move(distances)) {}

void OrthogonalCurve::evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                               double* const* jacobian) const {
  distances_->evaluate(p, {.begin = begin, .end = end, .residual = &residual, .jacobian = jacobian});
  if (!distances_->has_sigma()) return;
  for (std::int64_t i = begin; i < end; ++i) {
    const double inverse = distances_->inverse_sigma()[static_cast<std::size_t>(i)];
    residual[i - begin] /= inverse;
    for (int j = 0; jacobian && j < parameters(); ++j)
      if (jacobian[j]) jacobian[j][i - begin] /= inverse;
  }
}

std::vector<char> OrthogonalCurve::bends() const {
  const auto n = static_cast<std::size_t>(parameters());
  return std::vector<char>(n * n, 1);
}

std::shared_ptr<const OrthogonalCurve> orthogonal_curve(const DataSet& data, std::shared_ptr<const CurveModel> formula,
                                                        const Symbols& symbols) {
  const Equation equation = Equation::parse(data.equation);
  const std::size_t rows = data.values[0].size();
  const std::vector<double> sigma = row_deviations(data);
  Symbols bound = symbols;
  bound.columns.clear();
  InputErrors errors;
  std::vector<std::vector<double>> deviations;
  const auto add = [&](const std::string& column, std::vector<double> deviation) {
    bound.varying.push_back(column);
    errors.measured.push_back(reading::row_values(data, column));
    deviations.push_back(std::move(deviation));
  };
  for (const InputError& error : data.input_errors) add(error.input, reading::row_values(data, error.sigma));
  std::vector<double> correlation;
  if (!data.correlation.empty()) {
    // The true response is one of the true inputs then: the equation holds exactly.
    add(reading::columns_of(equation.response, {}, data)[0], sigma);
    correlation = reading::row_values(data, data.correlation);
  } else if (!reading::is_implicit(equation)) {
    errors.residual_sigma = sigma.empty() ? std::vector<double>(rows, 1.0) : sigma;
  }
  errors.factor = factors(deviations, correlation);
  std::vector<std::vector<double>> values;
  for (std::size_t j = 0; j < data.columns.size(); ++j) {
    if (std::find(bound.varying.begin(), bound.varying.end(), data.columns[j]) != bound.varying.end()) continue;
    bound.columns.push_back(data.columns[j]);
    values.push_back(data.values[j]);
  }
  auto model = std::make_shared<const FormulaModel>(equation, bound, values, static_cast<std::int64_t>(rows));
  auto distances = std::make_shared<OrthogonalResiduals>(data.name, std::move(model), 0, std::move(errors));
  if (!sigma.empty()) distances->set_sigma(sigma);
  return std::make_shared<const OrthogonalCurve>(std::move(formula), std::move(distances));
}

}  // namespace thalweg::inline v0_1::orthogonal
