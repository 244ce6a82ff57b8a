#include "studies/curve/fit_picture.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

constexpr int grid_points = 241;
constexpr double overhang = 0.02;  // of the grid beyond the data, of their extent

/// The columns that the model reads, itself and through definitions.
std::vector<std::size_t> inputs_of(const CurveFit& fit, const DataSet& data, const Equation& equation) {
  std::vector<std::size_t> inputs;
  const Formula model = equation.model.substituted(symbols_of(fit, data, equation).definitions);
  for (const Formula::Name& name : model.names()) {
    const auto found = std::find(data.columns.begin(), data.columns.end(), name.name);
    if (found != data.columns.end()) inputs.push_back(static_cast<std::size_t>(found - data.columns.begin()));
  }
  return inputs;
}

std::vector<double> grid_over(const std::vector<double>& x) {
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  const double width = *most - *least, from = *least - overhang * width;
  std::vector<double> grid;
  for (int i = 0; i < grid_points; ++i) grid.push_back(from + (1.0 + 2.0 * overhang) * width * i / (grid_points - 1));
  return grid;
}

/// t of the 95 % intervals; NaN where there is none.
double quantile(const FitStatistics& s) {
  for (const int j : s.free) {
    const ParameterStatistics& p = s.parameters[static_cast<std::size_t>(j)];
    if (p.standard_error > 0.0 && std::isfinite(p.standard_error))
      return (p.upper_interval - p.value) / p.standard_error;
  }
  return unset;
}

/// The standard error of the fitted curve from its gradient J by all parameters, J[j][i] at grid point i.
double curve_error(const std::vector<std::vector<double>>& J, std::size_t i, const FitStatistics& s) {
  const std::size_t n = s.free.size();
  double variance = 0.0;
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      variance += J[static_cast<std::size_t>(s.free[a])][i] * s.covariance[a * n + b] *
                  J[static_cast<std::size_t>(s.free[b])][i];
  return std::sqrt(variance);
}

void draw_curve(const DataSet& data, const Equation& equation, std::size_t input, const CurveFit& fit,
                const std::vector<double>& x, const FitStatistics& s, FitPanel& panel) {
  panel.grid = grid_over(data.values[input]);
  // The response does not matter to the curve; a value that was measured keeps it finite.
  std::vector<std::vector<double>> columns;
  for (const std::vector<double>& values : data.values) columns.emplace_back(panel.grid.size(), values.front());
  columns[input] = panel.grid;
  const FormulaModel model(equation, symbols_of(fit, data, equation), columns);
  const auto points = static_cast<std::int64_t>(panel.grid.size());
  panel.curve.resize(panel.grid.size());
  model.predict(x.data(), 0, points, panel.curve.data());
  const double t = quantile(s);
  if (!s.available() || s.covariance.empty() || std::isnan(t)) return;
  std::vector<std::vector<double>> J(x.size(), std::vector<double>(panel.grid.size()));
  std::vector<double*> pointers;
  for (std::vector<double>& column : J) pointers.push_back(column.data());
  std::vector<double> residual(panel.grid.size());
  model.evaluate(x.data(), 0, points, residual.data(), pointers.data());
  for (std::size_t i = 0; i < panel.grid.size(); ++i) {
    const double half = t * curve_error(J, i, s);
    panel.lower.push_back(panel.curve[i] - half);
    panel.upper.push_back(panel.curve[i] + half);
  }
}

}  // namespace

FitPicture fit_picture(const CurveFit& fit, const CurveProblem& built, const std::vector<double>& x,
                       const FitStatistics& s) {
  FitPicture picture;
  for (std::size_t d = 0; d < fit.data.size(); ++d) {
    const DataSet& data = fit.data[d];
    const FormulaModel& model = *built.models[d];
    const Equation equation = Equation::parse(data.equation);
    FitPanel panel;
    panel.name = data.name;
    panel.response = equation.response.text();
    const auto rows = static_cast<std::size_t>(model.rows());
    panel.fitted.resize(rows);
    panel.residual.resize(rows);
    model.predict(x.data(), 0, model.rows(), panel.fitted.data());
    model.evaluate(x.data(), 0, model.rows(), panel.residual.data(), nullptr);
    for (std::size_t i = 0; i < rows; ++i) panel.y.push_back(panel.fitted[i] - panel.residual[i]);
    const bool distances = !data.input_errors.empty();
    if (distances) {
      double* const residual[] = {panel.residual.data()};
      built.problem.groups()[d]->evaluate(x.data(), {.begin = 0, .end = model.rows(), .residual = residual});
    }
    if (data.sigma_column) {
      const auto at = std::find(data.columns.begin(), data.columns.end(), *data.sigma_column) - data.columns.begin();
      panel.sigma = data.values[static_cast<std::size_t>(at)];
      for (std::size_t i = 0; i < rows && !distances; ++i) panel.residual[i] /= panel.sigma[i];
    }
    const std::vector<std::size_t> inputs = inputs_of(fit, data, equation);
    if (inputs.size() == 1) {
      panel.input = data.columns[inputs[0]];
      panel.x = data.values[inputs[0]];
      draw_curve(data, equation, inputs[0], fit, x, s, panel);
    }
    picture.panels.push_back(std::move(panel));
  }
  return picture;
}

}  // namespace thalweg::inline v0_1::studies
