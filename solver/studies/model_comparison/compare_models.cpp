#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/multistart.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/studies/advice.hpp>
#include <thalweg/studies/model_comparison.hpp>

#include "studies/curve/curve_band.hpp"
#include "studies/model_comparison/leave_one_out.hpp"
#include "studies/model_comparison/nested.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// One response, measured in the same rows.
void check_comparable(const std::vector<CurveFit>& fits, const std::vector<std::string>& names) {
  if (fits.empty() || fits.size() != names.size()) throw Error("there are no models to compare; expected some");
  std::vector<double> first;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (fits[i].data.size() != 1)
      throw Error(fmt::format("'{}' has {} data sets; expected one, to compare models", names[i], fits[i].data.size()));
    const std::string response = studies::response_of(Equation::parse(fits[i].data[0].equation));
    const std::string expected = studies::response_of(Equation::parse(fits[0].data[0].equation));
    if (response != expected)
      throw Error(
          fmt::format("models of '{}' and of '{}' cannot be compared: their residuals are of different things; "
                      "expected one response",
                      expected, response));
    std::vector<double> measured = build_problem(fits[i]).models[0]->response();
    if (i == 0) first = measured;
    if (measured != first)
      throw Error(
          fmt::format("'{}' reads {} rows of '{}' and '{}' others, {}, so that they cannot be compared; expected "
                      "the same rows, which --where can choose",
                      names[0], first.size(), fits[0].file, names[i], measured.size()));
  }
}

/// The whole of one fit.
Report fitted(const CurveFit& fit, Request request) {
  const auto study = study_of(fit);
  request.picture = true;
  study->prepare(request);
  Report report;
  report.method = request.method;
  study->describe(report);
  if (request.starts > 1) {
    MultistartResult found = multistart(*study->subject().residuals, request.options, {.starts = request.starts});
    report.result = std::move(found.best);
    report.multistart = std::move(found.minima);
  } else {
    report.result = study->solve(request, request.options, request.train);
  }
  study->annotate(report);
  report.statistics = study->statistics(report.result, request.level);
  note_doubts(report, request.starts);
  study->conclude(request, report);
  return report;
}

/// AICc; AIC where some model with an AIC has no AICc, for want of rows: what not all have would choose among the rest.
double FitStatistics::*criterion_of(const std::vector<ModelFit>& fits) {
  const bool missing = std::any_of(fits.begin(), fits.end(), [](const ModelFit& fit) {
    const FitStatistics& s = fit.report.statistics;
    return std::isnan(s.aicc) && !std::isnan(s.aic);
  });
  return missing ? &FitStatistics::aic : &FitStatistics::aicc;
}

/// 0: has the criterion; 1: has none; 2: failed.
int rank_of(const ModelFit& fit, double FitStatistics::*criterion) {
  if (!fit.report.statistics.available()) return 2;
  return std::isnan(fit.report.statistics.*criterion) ? 1 : 0;
}

bool is_better(const ModelFit& a, const ModelFit& b, double FitStatistics::*criterion) {
  const int rank = rank_of(a, criterion);
  if (rank != rank_of(b, criterion)) return rank < rank_of(b, criterion);
  const FitStatistics &s = a.report.statistics, &t = b.report.statistics;
  if (rank == 0 && s.*criterion != t.*criterion) return s.*criterion < t.*criterion;
  return rank < 2 && s.residual_sum_of_squares < t.residual_sum_of_squares;
}

}  // namespace

bool ModelComparison::all_converged() const {
  return std::all_of(fits.begin(), fits.end(), [](const ModelFit& fit) { return fit.report.result.converged(); });
}

ModelComparison compare_models(const std::vector<CurveFit>& given, const std::vector<std::string>& names,
                               const Request& request) {
  check_comparable(given, names);
  ModelComparison comparison;
  comparison.file = given[0].file;
  comparison.response = studies::response_of(Equation::parse(given[0].data[0].equation));
  std::vector<ModelFit> fits;
  for (std::size_t i = 0; i < given.size(); ++i) {
    ModelFit& fit = fits.emplace_back();
    fit.model = names[i];
    fit.report = fitted(given[i], request);
    const FitStatistics& s = fit.report.statistics;
    fit.free_parameters = static_cast<int>(s.free.size());
    fit.leave_one_out = studies::leave_one_out(given[i], fit.report);
  }
  double FitStatistics::*const ranked_by = criterion_of(fits);
  comparison.by_aic = ranked_by == &FitStatistics::aic;
  std::vector<std::size_t> order(fits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return is_better(fits[a], fits[b], ranked_by); });
  std::vector<double> criterion;
  std::vector<const CurveFit*> problems;
  for (const std::size_t i : order) {
    comparison.fits.push_back(std::move(fits[i]));
    problems.push_back(&given[i]);
    criterion.push_back(comparison.fits.back().report.statistics.*ranked_by);
  }
  const std::vector<double> weights = akaike_weights(criterion);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    comparison.fits[i].weight = weights[i];
    comparison.fits[i].difference = criterion[i] - criterion[0];
  }
  if (comparison.fits[0].report.picture && !comparison.fits[0].report.picture->panels.empty())
    comparison.rows = comparison.fits[0].report.picture->panels[0].y.size();
  comparison.nested = studies::nested_models(problems, comparison.fits);
  return comparison;
}

FitPicture picture_of(const ModelComparison& comparison) {
  FitPicture picture;
  for (const ModelFit& fit : comparison.fits) {
    if (!fit.report.statistics.available() || !fit.report.picture) continue;
    picture.level = fit.report.picture->level;
    for (const FitPanel& panel : fit.report.picture->panels) {
      picture.panels.push_back(panel);
      picture.panels.back().name = fit.model;
    }
  }
  return picture;
}

}  // namespace thalweg::inline v0_1
