#include "studies/curve/row_results.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/inference/residual_diagnostics.hpp>
#include <thalweg/models/input_table.hpp>
#include <thalweg/models/row_noise.hpp>

#include "studies/curve/curve_band.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

/// The columns of the table, each once.
void set_columns(const CurveFit& fit, const DataSet& data, FitRows& rows) {
  for (const int group : data.group) rows.groups.push_back(fit.groups[static_cast<std::size_t>(group)]);
  if (!data.group.empty()) rows.group_column = data.group_column;
  const std::vector<std::string>& names = data.labels.empty() ? data.columns : data.labels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(rows.columns.begin(), rows.columns.end(), names[i]) != rows.columns.end()) continue;
    if (!data.group.empty() && data.columns[i] == data.group_column) continue;
    rows.columns.push_back(names[i]);
    rows.values.push_back(data.values[i]);
  }
}

/// Whether the rows of a fit differ in their noise.
bool is_weighted(const DataSet& data) { return !data.sigma.empty() || !data.weights.empty() || data.covariance; }

/// The columns that its sigma or its weights read.
std::vector<std::string> read_by_noise(const DataSet& data) {
  const std::string& text = data.sigma.empty() ? data.weights : data.sigma;
  std::vector<std::string> names;
  if (std::find(data.columns.begin(), data.columns.end(), text) != data.columns.end()) return {text};
  if (text.empty()) return names;
  const Formula formula = Formula::parse(text);
  for (const Formula::Name& name : formula.names()) names.push_back(name.name);
  return names;
}

/// The standard deviation of a measurement in each row, or in all; empty: it is not known. That of a count is the root
/// of its mean. `weighted`: the rows of the fit differ in theirs.
std::vector<double> noise_of(const DataSet& data, bool weighted, const CurveBand& band, const FitStatistics& s) {
  std::vector<double> noise;
  for (std::size_t i = 0; i < band.value.size() && data.counts; ++i) noise.push_back(std::sqrt(band.value[i]));
  if (data.counts) return noise;
  const double scale = s.noise == Noise::known ? 1.0 : s.residual_standard_deviation;
  if (std::isnan(scale)) return {};
  noise = row_deviations(data);
  if (noise.empty()) return weighted ? std::vector<double>{} : std::vector<double>{scale};
  for (double& each : noise) each *= scale;
  return noise;
}

void set_bands(const CurveBand& band, const std::vector<double>& noise, const FitStatistics& s, FitRows& rows) {
  rows.fit = band.value;
  rows.standard_error = band.standard_error;
  rows.level = s.level;
  add_band(band, s.quantile, {}, rows.confidence_lower, rows.confidence_upper);
  if (!noise.empty()) add_band(band, s.quantile, noise, rows.prediction_lower, rows.prediction_upper);
}

std::vector<double> part(const std::vector<double>& all, std::size_t begin, std::size_t count) {
  if (all.size() < begin + count) return {};
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

bool is_implicit(const Equation& equation) { return equation.response.names().empty(); }

/// With errors in x the residuals are distances: the table has the difference of fitted and measured where there is
/// one, and of an implicit equation, which predicts nothing, the distances alone.
void describe_distances(const Equation& equation, FitRows& rows, const CurveModel& model) {
  if (is_implicit(equation)) {
    rows.fit.assign(rows.fit.size(), unset);
    for (auto* values : {&rows.standard_error, &rows.confidence_lower, &rows.confidence_upper, &rows.prediction_lower,
                         &rows.prediction_upper})
      values->clear();
    return;
  }
  const std::vector<double> y = model.response();
  for (std::size_t i = 0; i < y.size(); ++i) rows.residual[i] = rows.fit[i] - y[i];
}

}  // namespace

std::vector<FitRows> row_results(const CurveFit& fit, const CurveProblem& built, const Report& report) {
  const FitStatistics& s = report.statistics;
  const std::vector<double>& x = report.result.x;
  const ResidualDiagnostics diagnostics = residual_diagnostics(built.problem, report.result, s);
  std::vector<FitRows> all;
  std::size_t begin = 0;
  for (std::size_t d = 0; d < fit.data.size(); ++d) {
    const DataSet& data = fit.data[d];
    const Equation equation = Equation::parse(data.equation);
    FitRows& rows = all.emplace_back();
    rows.name = data.name;
    rows.response = response_of(equation);
    set_columns(fit, data, rows);
    const CurveBand band = band_of(*model_on(fit, built, d, data.columns, data.values), x, s);
    set_bands(band, noise_of(data, is_weighted(data), band, s), s, rows);
    const auto count = static_cast<std::size_t>(built.models[d]->rows());
    rows.residual.resize(count);
    built.models[d]->evaluate(x.data(), 0, built.models[d]->rows(), rows.residual.data(), nullptr);
    if (!data.input_errors.empty()) describe_distances(equation, rows, *built.models[d]);
    // Residuals of several components, of errors in x, have no leverage as a row.
    const auto components = static_cast<std::size_t>(built.problem.groups()[d]->dimension());
    if (components == 1) {
      rows.standardised = part(diagnostics.standardised, begin, count);
      rows.leverage = part(diagnostics.leverage, begin, count);
      rows.cooks_distance = part(diagnostics.cooks_distance, begin, count);
    }
    begin += count * components;
  }
  return all;
}

void note_missing(Report& report) {
  const auto any = [&](const std::vector<FitRows>& sets, auto member) {
    return std::any_of(sets.begin(), sets.end(), [&](const FitRows& rows) { return (rows.*member).empty(); });
  };
  const bool no_bands = any(report.rows, &FitRows::standard_error) || any(report.predictions, &FitRows::standard_error);
  if (any(report.rows, &FitRows::leverage))
    report.result.notes.emplace_back(
        "the table of rows has no leverages, standardised residuals and Cook's distances: the fit has no Jacobian of "
        "all "
        "its parameters");
  const auto lost = [](const FitRows& rows) {
    return std::count_if(rows.fit.begin(), rows.fit.end(), [](double v) { return !std::isfinite(v); });
  };
  std::ptrdiff_t undefined = 0;
  for (const FitRows& rows : report.predictions) undefined += lost(rows);
  if (undefined > 0)
    report.result.notes.push_back(
        fmt::format("{} do not exist: the model is not finite there, or the solution does not reach so far",
                    counted(undefined, "prediction")));
  if (no_bands)
    report.result.notes.emplace_back("there are no confidence and prediction bands: the fit has no covariance");
}

std::vector<DataSet> prediction_inputs(const CurveFit& fit, const std::string& path, const TableOptions& options) {
  if (!fit.groups.empty())
    throw Error("--predict does not go with groups of rows: parameters differ from group to group");
  for (const DataSet& data : fit.data)
    if (is_implicit(Equation::parse(data.equation)))
      throw Error("--predict does not go with an implicit equation, which predicts no value");
  const bool one_solution = !fit.ode || std::all_of(fit.ode->events.begin(), fit.ode->events.end(),
                                                    [](const OdeEvent& event) { return event.data.empty(); });
  const bool same = one_solution && std::all_of(fit.data.begin(), fit.data.end(), [&](const DataSet& data) {
                      return data.equation == fit.data[0].equation && data.initial.empty();
                    });
  std::vector<DataSet> all;
  for (std::size_t d = 0; d < (same ? 1 : fit.data.size()); ++d) {
    const DataSet& data = fit.data[d];
    const Equation equation = Equation::parse(data.equation);
    std::vector<std::string> needed, wished;
    for (const std::size_t input : inputs_of(fit, data, equation)) needed.push_back(data.columns[input]);
    wished = read_by_noise(data);
    DataSet inputs = select_inputs(DataTable::read(path, options), needed, wished);
    inputs.name = data.name;
    inputs.equation = data.equation;
    const auto has = [&](const std::string& name) {
      return std::find(inputs.columns.begin(), inputs.columns.end(), name) != inputs.columns.end();
    };
    inputs.counts = data.counts;
    if (std::all_of(wished.begin(), wished.end(), has)) {
      inputs.sigma = data.sigma;
      inputs.weights = data.weights;
    }
    all.push_back(std::move(inputs));
  }
  return all;
}

std::vector<FitRows> predictions(const CurveFit& fit, const CurveProblem& built, const std::vector<DataSet>& inputs,
                                 const Report& report) {
  std::vector<FitRows> all;
  for (std::size_t d = 0; d < inputs.size(); ++d) {
    const DataSet& data = inputs[d];
    const Equation equation = Equation::parse(data.equation);
    FitRows& rows = all.emplace_back();
    rows.name = data.name;
    rows.response = response_of(equation);
    set_columns(fit, data, rows);
    // A column that the model does not read may be called like a parameter.
    std::vector<std::string> columns;
    std::vector<std::vector<double>> values;
    for (std::size_t i = 0; i < data.columns.size(); ++i) {
      if (std::any_of(fit.parameters.begin(), fit.parameters.end(),
                      [&](const FitParameter& p) { return p.name == data.columns[i]; }))
        continue;
      columns.push_back(data.columns[i]);
      values.push_back(data.values[i]);
    }
    const CurveBand band = band_of(*model_on(fit, built, d, columns, values), report.result.x, report.statistics);
    set_bands(band, noise_of(data, is_weighted(fit.data[d]), band, report.statistics), report.statistics, rows);
  }
  return all;
}

}  // namespace thalweg::inline v0_1::studies
