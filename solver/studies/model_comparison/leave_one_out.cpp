#include "studies/model_comparison/leave_one_out.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <thalweg/inference/residual_diagnostics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/row_noise.hpp>

namespace thalweg::inline v0_1 {
std::string_view to_string(LeaveOneOut::Method method) {
  switch (method) {
    case LeaveOneOut::Method::exact:
      return "exact";
    case LeaveOneOut::Method::refits:
      return "refits";
    case LeaveOneOut::Method::leverage:
      return "leverage";
    case LeaveOneOut::Method::none:
      break;
  }
  return "none";
}

namespace studies {
namespace {

constexpr std::int64_t most_refits = 200;  // rows

/// Whether the residuals are affine in all parameters that are not fixed, and none is held by a bound.
bool is_linear(const CurveFit& fit, const CurveProblem& built, const FitStatistics& s) {
  const std::vector<char> bends = built.models[0]->bends();
  const std::size_t n = fit.parameters.size();
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k < n; ++k)
      if (!s.parameters[j].fixed && !s.parameters[k].fixed && bends[j * n + k]) return false;
  return std::none_of(s.parameters.begin(), s.parameters.end(),
                      [](const ParameterStatistics& p) { return std::isfinite(p.lower_bound) && !p.fixed; });
}

/// Residuals of the rows divided by sigma, at x; `of`: rows to evaluate.
std::vector<double> residuals_at(const DataSet& data, const CurveModel& model, const std::vector<double>& x,
                                 std::int64_t begin, std::int64_t end) {
  std::vector<double> r(static_cast<std::size_t>(end - begin));
  model.evaluate(x.data(), begin, end, r.data(), nullptr);
  const std::vector<double> sigma = row_deviations(data);
  for (std::size_t i = 0; i < r.size() && !sigma.empty(); ++i) r[i] /= sigma[static_cast<std::size_t>(begin) + i];
  return r;
}

/// Σ r² by one solve per row, from the solution of all; empty where one of them does not converge.
std::optional<double> by_refits(const CurveFit& fit, const CurveProblem& built, const Report& report) {
  double press = 0.0;
  for (std::int64_t row = 0; row < built.models[0]->rows(); ++row) {
    CurveFit without = fit;
    for (std::vector<double>& column : without.data[0].values) column.erase(column.begin() + row);
    const CurveProblem problem = build_problem(without);
    Options options;
    options.threads = 1;
    const Result result = Solver(problem.problem).solve_from(report.result.x, options);
    if (!result.converged()) return std::nullopt;
    const double r = residuals_at(fit.data[0], *built.models[0], result.x, row, row + 1)[0];
    press += r * r;
  }
  return press;
}

std::optional<double> by_leverage(const CurveFit& fit, const CurveProblem& built, const Report& report) {
  const ResidualDiagnostics d = residual_diagnostics(built.problem, report.result, report.statistics);
  const std::int64_t rows = built.models[0]->rows();
  if (d.leverage.size() < static_cast<std::size_t>(rows)) return std::nullopt;
  const std::vector<double> r = residuals_at(fit.data[0], *built.models[0], report.result.x, 0, rows);
  double press = 0.0;
  for (std::size_t i = 0; i < r.size(); ++i) press += std::pow(r[i] / (1.0 - d.leverage[i]), 2);
  return std::isfinite(press) ? std::optional(press) : std::nullopt;
}

}  // namespace

LeaveOneOut leave_one_out(const CurveFit& fit, const Report& report) {
  LeaveOneOut found;
  const FitStatistics& s = report.statistics;
  const DataSet& data = fit.data[0];
  // Then the residuals of a row are not its own, or not its distance from the curve alone.
  if (data.counts || data.covariance || data.autocorrelation || !data.input_errors.empty() || !fit.groups.empty())
    return found;
  if (!report.result.converged() || !s.available() || !s.loss.empty() || s.degrees_of_freedom < 1) return found;
  const CurveProblem built = build_problem(fit);
  const std::int64_t rows = built.models[0]->rows();
  const bool linear = is_linear(fit, built, s), few = rows <= most_refits;
  found.method = linear ? LeaveOneOut::Method::exact
                 : few  ? LeaveOneOut::Method::refits
                        : LeaveOneOut::Method::leverage;
  const bool refits = found.method == LeaveOneOut::Method::refits;
  const auto press = refits ? by_refits(fit, built, report) : by_leverage(fit, built, report);
  if (!press) return {};
  found.press = *press;
  found.root_mean_square = std::sqrt(*press / static_cast<double>(rows));
  return found;
}

}  // namespace studies
}  // namespace thalweg::inline v0_1
