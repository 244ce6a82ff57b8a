#include "studies/curve/residual_pattern.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <thalweg/models/row_noise.hpp>

#include "studies/curve/curve_band.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr double noteworthy = 0.005;  // probability of so few runs

/// Residuals divided by sigma, ordered by `over`; rows of equal `over` stay in their order.
std::vector<double> ordered(std::vector<double> residual, const std::vector<double>& over) {
  if (std::is_sorted(over.begin(), over.end())) return residual;
  std::vector<std::size_t> order(residual.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return over[a] < over[b]; });
  std::vector<double> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(residual[i]);
  return sorted;
}

}  // namespace

void judge_residuals(const CurveFit& fit, const CurveProblem& built, Report& report) {
  const FitStatistics& s = report.statistics;
  if (!s.available() || s.exact || s.degrees_of_freedom <= 0) return;
  std::vector<std::vector<double>> series;
  std::vector<double> all;
  std::string name;
  bool over_input = true;
  for (std::size_t d = 0; d < fit.data.size(); ++d) {
    const DataSet& data = fit.data[d];
    if (Equation::parse(data.equation).response.names().empty())
      return;  // distances from an implicit curve have no order
    const CurveModel& model = *built.models[d];
    const auto rows = static_cast<std::size_t>(model.rows());
    std::vector<double> residual(rows), predicted;
    if (const ResidualGroup& group = *built.problem.groups()[d]; group.dimension() == 1) {
      // As the fit counts them: divided by sigma, whitened, or Pearson's.
      double* const pointer = residual.data();
      group.evaluate(report.result.x.data(), {0, model.rows(), &pointer});
    } else {
      model.evaluate(report.result.x.data(), 0, model.rows(), residual.data(), nullptr);
      const std::vector<double> sigma = row_deviations(data);
      for (std::size_t i = 0; i < rows && !sigma.empty(); ++i) residual[i] /= sigma[i];
    }
    const std::vector<std::size_t> inputs = inputs_of(fit, data, Equation::parse(data.equation));
    if (inputs.size() == 1) {
      name = data.columns[inputs[0]];
    } else {
      predicted.resize(rows);
      model.predict(report.result.x.data(), 0, model.rows(), predicted.data());
      over_input = false;
    }
    all.insert(all.end(), residual.begin(), residual.end());
    series.push_back(ordered(std::move(residual), inputs.size() == 1 ? data.values[inputs[0]] : predicted));
  }
  report.runs_test = runs_test(series);
  report.shapiro_wilk = shapiro_wilk(std::move(all));
  if (!report.runs_test || report.runs_test->probability >= noteworthy || !report.result.converged()) return;
  const RunsTest& test = *report.runs_test;
  report.result.notes.push_back(
      fmt::format("the residuals run in {}: {} runs where {:.3g} are expected (p = {:.1g}): the model misses a trend",
                  over_input ? name : "the fitted value", test.runs, test.expected, test.probability));
}

}  // namespace thalweg::inline v0_1::studies
