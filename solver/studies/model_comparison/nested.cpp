#include "studies/model_comparison/nested.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>

#include "studies/curve/curve_band.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

// How near a curve must come to another that it is to reproduce: beside the noise, and beside rounding.
constexpr double part_of_noise = 1e-7, part_of_size = 1e-12;

// Rows that tell whether one formula is another at some parameters; formulas have far fewer parameters.
constexpr std::size_t most_rows = 1000;

/// The fit on some of its rows, spread evenly over the table and in step with no period of it (multiples of the golden
/// ratio, modulo 1). The whole where rows are not for themselves.
CurveFit thinned(const CurveFit& fit) {
  const DataSet& data = fit.data[0];
  const std::size_t rows = data.values.empty() ? 0 : data.values[0].size();
  if (rows <= most_rows || data.covariance || data.autocorrelation || fit.ode) return fit;
  constexpr double golden = 0.6180339887498949;
  const double part = static_cast<double>(most_rows) / static_cast<double>(rows);
  CurveFit some = fit;
  for (std::size_t column = 0; column < data.values.size(); ++column) {
    std::vector<double>& kept = some.data[0].values[column];
    kept.clear();
    for (std::size_t row = 0; row < rows; ++row)
      if (const double place = golden * static_cast<double>(row); place - std::floor(place) < part)
        kept.push_back(data.values[column][row]);
  }
  return some;
}

/// The values of the model at x.
std::vector<double> curve_of(const CurveFit& fit, const std::vector<double>& x) {
  const DataSet& data = fit.data[0];
  const auto model = model_on(fit, build_problem(fit), 0, data.columns, data.values);
  std::vector<double> values(static_cast<std::size_t>(model->rows()));
  model->predict(x.data(), 0, model->rows(), values.data());
  return values;
}

/// The fuller model, to be fitted to curves of the simpler one in the place of what was measured.
class Imitation {
 public:
  Imitation(const CurveFit& fuller, const std::vector<double>& target) : fit_(fuller) {
    DataSet& data = fit_.data[0];
    const Equation equation = Equation::parse(data.equation);
    std::string name = "target";
    while (std::find(data.columns.begin(), data.columns.end(), name) != data.columns.end() || is_taken(name))
      name += '_';
    data.columns.push_back(name);
    data.values.push_back(target);
    data.labels.clear();
    data.loss = {};
    data.equation = name + " = " + equation.model.text();
    for (FitParameter& p : fit_.parameters) {
      p.prior.reset();
      p.linear = false;
    }
  }

  /// Where it comes within `tolerance` of the target, from one of the starts; empty: nowhere.
  std::optional<std::vector<double>> reach(const std::vector<std::vector<double>>& starts, double tolerance) const {
    const CurveProblem built = build_problem(fit_);
    Options options;
    options.threads = 1;
    Solver solver(built.problem);
    for (const std::vector<double>& start : starts) {
      const Result result = solver.solve_from(start, options);
      if (std::sqrt(2.0 * result.final_cost) <= tolerance) return result.x;
    }
    return std::nullopt;
  }

 private:
  /// Whether a parameter or an expression is called so.
  bool is_taken(const std::string& name) const {
    const auto is_called_so = [&](const auto& each) { return each.name == name; };
    return std::any_of(fit_.parameters.begin(), fit_.parameters.end(), is_called_so) ||
           std::any_of(fit_.definitions.begin(), fit_.definitions.end(), is_called_so) ||
           std::any_of(fit_.tied.begin(), fit_.tied.end(), is_called_so);
  }
  CurveFit fit_;
};

/// `x`, with the values that the other model has for parameters of the same name, within the bounds.
std::vector<double> with_shared(std::vector<double> x, const CurveFit& fuller, const CurveFit& simpler,
                                const std::vector<double>& values) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const FitParameter& p = fuller.parameters[i];
    if (p.fixed) continue;
    for (std::size_t j = 0; j < values.size(); ++j)
      if (simpler.parameters[j].name == p.name) x[i] = values[j];
    x[i] = std::clamp(x[i], p.lower, p.upper);
  }
  return x;
}

/// The solution moved by half a standard error in each parameter, up and down in turn.
std::vector<double> beside(const FitStatistics& s, std::vector<double> x) {
  double half = 0.5;
  for (const int j : s.free) {
    const ParameterStatistics& p = s.parameters[static_cast<std::size_t>(j)];
    if (!std::isfinite(p.standard_error)) continue;
    x[static_cast<std::size_t>(j)] = std::clamp(p.value + half * p.standard_error, p.lower_bound, p.upper_bound);
    half = -half;
  }
  return x;
}

double norm_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum = std::hypot(sum, v);
  return sum;
}

bool reproduces(const CurveFit& all_of_fuller, const ModelFit& full, const CurveFit& all_of_simpler,
                const ModelFit& simple) {
  const CurveFit fuller = thinned(all_of_fuller), simpler = thinned(all_of_simpler);
  const FitStatistics& s = simple.report.statistics;
  const std::vector<double>& x = simple.report.result.x;
  const std::vector<double> target = curve_of(simpler, x);
  const auto rows = static_cast<double>(all_of_simpler.data[0].values[0].size());
  const double part = static_cast<double>(target.size()) / rows;
  const double tolerance = part_of_noise * std::sqrt(part * s.residual_sum_of_squares) + part_of_size * norm_of(target);
  std::vector<double> given, solution = full.report.result.x, zero(solution.size(), 0.0);
  for (const FitParameter& p : fuller.parameters) given.push_back(p.starts[0]);
  for (std::size_t i = 0; i < zero.size(); ++i)
    if (fuller.parameters[i].fixed) zero[i] = given[i];
  const auto reached = Imitation(fuller, target)
                           .reach({with_shared(solution, fuller, simpler, x), with_shared(zero, fuller, simpler, x),
                                   with_shared(given, fuller, simpler, x), solution},
                                  tolerance);
  if (!reached) return false;
  const std::vector<double> moved = beside(s, x);
  return Imitation(fuller, curve_of(simpler, moved))
      .reach({*reached, with_shared(*reached, fuller, simpler, moved)}, tolerance)
      .has_value();
}

}  // namespace

std::vector<NestedModels> nested_models(const std::vector<const CurveFit*>& problems,
                                        const std::vector<ModelFit>& fits) {
  std::vector<NestedModels> nested;
  const auto is_sound = [&](std::size_t i) {
    const CurveFit& fit = *problems[i];
    if (!fit.groups.empty() || !fit.data[0].input_errors.empty()) return false;
    return fits[i].report.result.converged() && fits[i].report.statistics.available();
  };
  for (std::size_t i = 0; i < fits.size(); ++i)
    for (std::size_t j = 0; j < fits.size(); ++j) {
      if (!is_sound(i) || !is_sound(j)) continue;
      const NestedTest test = nested_test(fits[i].report.statistics, fits[j].report.statistics);
      if (std::isnan(test.probability)) continue;
      if (reproduces(*problems[j], fits[j], *problems[i], fits[i])) nested.push_back({i, j, test});
    }
  return nested;
}

}  // namespace thalweg::inline v0_1::studies
