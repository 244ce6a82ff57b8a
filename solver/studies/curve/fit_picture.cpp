#include "studies/curve/fit_picture.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/row_noise.hpp>

#include "studies/curve/curve_band.hpp"
#include "studies/curve/group_view.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr std::size_t most_groups = 12;  // that are drawn
constexpr int grid_points = 241;
constexpr double overhang = 0.02;  // of the grid beyond the data, of their extent

/// Evenly over the data; where they span decades also over the logarithm, for a logarithmic axis.
std::vector<double> grid_over(const std::vector<double>& x) {
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  const bool decades = *least > 0.0 && *most > 100.0 * *least;
  const int even = decades ? grid_points / 2 + 1 : grid_points;
  const double width = *most - *least;
  // A model of positive x may mean nothing below zero.
  const double from = std::max(*least - overhang * width, *least > 0.0 ? 0.5 * *least : *least - width);
  const double step = (*most + overhang * width - from) / (even - 1);
  std::vector<double> grid;
  for (int i = 0; i < even; ++i) grid.push_back(from + step * i);
  if (!decades) return grid;
  const double span = std::log(*most / *least), log_from = std::log(*least) - overhang * span;
  for (int i = 0; i < even; ++i) grid.push_back(std::exp(log_from + (1.0 + 2.0 * overhang) * span * i / (even - 1)));
  std::sort(grid.begin(), grid.end());
  return grid;
}

/// The standard deviation of a measurement wherever it is made; null where it is not one, or not known.
std::optional<double> constant_noise(const DataSet& data, const FitStatistics& s) {
  const double scale = s.noise == Noise::known ? 1.0 : s.residual_standard_deviation;
  if (std::isnan(scale) || data.counts) return std::nullopt;
  const std::vector<double> sigma = row_deviations(data);
  if (sigma.empty()) return s.noise == Noise::known ? std::nullopt : std::optional(scale);
  const bool same = std::all_of(sigma.begin(), sigma.end(), [&](double each) { return each == sigma[0]; });
  return same ? std::optional(scale * sigma[0]) : std::nullopt;
}

void draw_curve(const CurveFit& fit, const CurveProblem& built, std::size_t d, std::size_t input,
                const std::vector<double>& x, const FitStatistics& s, FitPanel& panel) {
  const DataSet& data = fit.data[d];
  panel.grid = grid_over(data.values[input]);
  if (fit.ode && data.columns[input] == fit.ode->time)  // a solution begins at its start
    for (double& t : panel.grid) t = std::max(t, fit.ode->from);
  std::vector<std::vector<double>> columns;
  for (const std::vector<double>& values : data.values) columns.emplace_back(panel.grid.size(), values.front());
  columns[input] = panel.grid;
  const CurveBand band = band_of(*model_on(fit, built, d, data.columns, columns), x, s);
  panel.curve = band.value;
  add_band(band, s.quantile, {}, panel.lower, panel.upper);
  if (const auto noise = constant_noise(data, s))
    add_band(band, s.quantile, {*noise}, panel.prediction_lower, panel.prediction_upper);
}

std::string label_of(const DataSet& data, std::string_view column) {
  const auto at = std::find(data.columns.begin(), data.columns.end(), column);
  if (at == data.columns.end() || data.labels.empty()) return "";
  return data.labels[static_cast<std::size_t>(at - data.columns.begin())];
}

FitPanel panel_of(const CurveFit& fit, const CurveProblem& built, std::size_t d, const std::vector<double>& x,
                  const FitStatistics& s) {
  const DataSet& data = fit.data[d];
  const CurveModel& model = *built.models[d];
  const Equation equation = Equation::parse(data.equation);
  FitPanel panel;
  panel.name = data.name;
  panel.response = response_of(equation);
  panel.response_label = label_of(data, panel.response);
  const auto rows = static_cast<std::size_t>(model.rows());
  panel.fitted.resize(rows);
  panel.residual.resize(rows);
  model.predict(x.data(), 0, model.rows(), panel.fitted.data());
  model.evaluate(x.data(), 0, model.rows(), panel.residual.data(), nullptr);
  std::vector<double> vertical = panel.residual;  // with errors in the inputs the others are distances
  if (!data.input_errors.empty()) model.on(data.values)->evaluate(x.data(), 0, model.rows(), vertical.data(), nullptr);
  for (std::size_t i = 0; i < rows; ++i) panel.y.push_back(panel.fitted[i] - vertical[i]);
  panel.sigma = row_deviations(data);
  for (std::size_t i = 0; i < rows && data.counts; ++i) panel.sigma.push_back(std::sqrt(panel.fitted[i]));
  for (std::size_t i = 0; i < panel.sigma.size(); ++i) panel.residual[i] /= panel.sigma[i];
  const std::vector<std::size_t> inputs = inputs_of(fit, data, equation);
  if (inputs.size() != 1) return panel;
  panel.input = data.columns[inputs[0]];
  panel.input_label = label_of(data, panel.input);
  panel.x = data.values[inputs[0]];
  draw_curve(fit, built, d, inputs[0], x, s, panel);
  return panel;
}

/// One for each group, or for as many as are drawn.
void add_group_panels(const CurveFit& fit, const CurveProblem& built, const std::vector<double>& x,
                      const FitStatistics& s, FitPicture& picture) {
  for (std::size_t g = 0; g < std::min(fit.groups.size(), most_groups); ++g) {
    const CurveFit one = fit_in_group(fit, g);
    const CurveProblem problem = build_problem(one);
    const std::vector<double> p = parameters_in_group(fit, built, x, g);
    const FitStatistics own = statistics_in_group(fit, built, s, g);
    for (std::size_t d = 0; d < one.data.size(); ++d) {
      FitPanel panel = panel_of(one, problem, d, p, own);
      panel.name = fit.data.size() == 1 ? fit.groups[g] : fit.groups[g] + ", " + panel.name;
      picture.panels.push_back(std::move(panel));
    }
  }
}

}  // namespace

FitPicture fit_picture(const CurveFit& fit, const CurveProblem& built, const std::vector<double>& x,
                       const FitStatistics& s) {
  FitPicture picture;
  picture.level = s.level;
  if (!fit.groups.empty()) {
    add_group_panels(fit, built, x, s, picture);
    return picture;
  }
  for (std::size_t d = 0; d < fit.data.size(); ++d) picture.panels.push_back(panel_of(fit, built, d, x, s));
  return picture;
}

}  // namespace thalweg::inline v0_1::studies
