#include "report/html/report_data.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <thalweg/math/special.hpp>
#include <thalweg/report/text.hpp>

#include "report/html/trace_data.hpp"
#include "report/json/downsample.hpp"
#include "report/text/sentences.hpp"

namespace thalweg::inline v0_1::html {
namespace {

using json_parts::Json;
using json_parts::number;
using json_parts::numbers;

constexpr std::size_t most_correlated = 60;  // parameters in the heat map
constexpr std::size_t most_minima = 20;      // bars
constexpr std::size_t most_intervals = 40;   // rows

std::vector<double> picked(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
  std::vector<double> out;
  if (values.empty()) return out;
  for (const std::size_t i : rows) out.push_back(values[i]);
  return out;
}

Json panel_of(const FitPanel& panel) {
  const std::vector<std::size_t> rows = downsample_rows(panel.y.size(), panel.residual),
                                 grid = downsample_evenly(panel.grid.size());
  return {{"name", printable(panel.name)},
          {"input", printable(panel.input)},
          {"response", printable(panel.response)},
          {"rows", panel.y.size()},
          {"x", numbers(picked(panel.x, rows))},
          {"y", numbers(picked(panel.y, rows))},
          {"sigma", numbers(picked(panel.sigma, rows))},
          {"fitted", numbers(picked(panel.fitted, rows))},
          {"residual", numbers(picked(panel.residual, rows))},
          {"grid", numbers(picked(panel.grid, grid))},
          {"curve", numbers(picked(panel.curve, grid))},
          {"lower", numbers(picked(panel.lower, grid))},
          {"upper", numbers(picked(panel.upper, grid))}};
}

/// Residuals of all panels in order, each beside the quantile of the standard normal distribution at (i − ½)/n (Hazen
/// 1914). Beyond what can be drawn, both ends are kept whole and the middle is thinned.
Json quantiles_of(const FitPicture& picture) {
  std::vector<double> residuals;
  for (const FitPanel& panel : picture.panels)
    for (const double r : panel.residual)
      if (std::isfinite(r)) residuals.push_back(r);
  if (residuals.size() < 3) return nullptr;
  std::sort(residuals.begin(), residuals.end());
  const std::size_t n = residuals.size(), end = most_points / 4;
  std::vector<std::size_t> kept;
  if (n <= most_points) {
    kept = downsample_evenly(n, n);
  } else {
    for (std::size_t i = 0; i < end; ++i) kept.push_back(i);
    for (const std::size_t i : downsample_evenly(n - 2 * end, most_points - 2 * end)) kept.push_back(end + i);
    for (std::size_t i = n - end; i < n; ++i) kept.push_back(i);
  }
  Json normal = Json::array(), ordered = Json::array();
  for (const std::size_t i : kept) {
    normal.push_back(number(normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(n))));
    ordered.push_back(number(residuals[i]));
  }
  return {{"normal", std::move(normal)}, {"residual", std::move(ordered)}, {"count", n}};
}

Json fit_of(const Report& report) {
  if (!report.picture || report.picture->panels.empty()) return nullptr;
  Json panels = Json::array();
  for (const FitPanel& panel : report.picture->panels) panels.push_back(panel_of(panel));
  return {{"panels", std::move(panels)},
          {"quantiles", quantiles_of(*report.picture)},
          {"level", text::level_in_words(report.picture->level)}};
}

/// The matrix, row by row; of many parameters those that correlate most strongly, in their order.
Json correlation_of(const FitStatistics& s) {
  const std::size_t n = s.free.size();
  if (!s.available() || n < 2 || s.correlation.size() != n * n) return nullptr;
  std::vector<std::size_t> shown(n);
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  if (n > most_correlated) {
    std::vector<double> strongest(n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (i != j && std::isfinite(s.correlation[i * n + j]))
          strongest[i] = std::max(strongest[i], std::abs(s.correlation[i * n + j]));
    std::stable_sort(shown.begin(), shown.end(),
                     [&](std::size_t a, std::size_t b) { return strongest[a] > strongest[b]; });
    shown.resize(most_correlated);
    std::sort(shown.begin(), shown.end());
  }
  Json names = Json::array(), matrix = Json::array();
  for (const std::size_t i : shown) {
    names.push_back(printable(s.free_name(i)));
    Json row = Json::array();
    for (const std::size_t j : shown) row.push_back(number(s.correlation[i * n + j]));
    matrix.push_back(std::move(row));
  }
  return {{"names", std::move(names)}, {"matrix", std::move(matrix)}, {"of", n}};
}

Json minima_of(const Report& report) {
  if (!report.multistart || report.multistart->list.empty()) return nullptr;
  Json list = Json::array();
  const std::vector<Minimum>& minima = report.multistart->list;
  for (std::size_t i = 0; i < std::min(minima.size(), most_minima); ++i)
    list.push_back({{"cost", number(minima[i].cost)}, {"found", minima[i].found}, {"start", minima[i].start}});
  return list;
}

/// Ends as ±∞ cannot be written in JSON: the kind tells.
Json profile_of(const Report& report) {
  if (!report.profile || !report.profile->available()) return nullptr;
  Json list = Json::array();
  const auto end_of = [](const ProfileInterval::End& end) {
    return Json{{"value", number(end.value)}, {"kind", to_string(end.kind)}};
  };
  for (std::size_t i = 0; i < report.profile->intervals.size() && list.size() < most_intervals; ++i) {
    const ParameterStatistics& p = report.statistics.parameters[i];
    const ProfileInterval& interval = report.profile->intervals[i];
    const double half = 0.5 * (p.upper_interval - p.lower_interval);
    if (p.fixed || !std::isfinite(half) || !(half > 0.0)) continue;
    list.push_back({{"name", printable(p.name)},
                    {"value", number(p.value)},
                    {"half_width", number(half)},
                    {"linear", Json::array({number(p.lower_interval), number(p.upper_interval)})},
                    {"lower", end_of(interval.lower)},
                    {"upper", end_of(interval.upper)}});
  }
  return list.empty() ? Json(nullptr) : list;
}

constexpr std::size_t most_marginals = 5, most_draws = 800, bins = 30;
constexpr double drawn_part = 0.998;  // of the samples, between the ends of an axis

/// One parameter of a posterior: what is said of it, and how many samples are in each of its bins.
Json marginal_of(const Report& report, std::size_t i) {
  const Posterior& p = *report.posterior;
  const Posterior::Marginal& m = p.marginals[i];
  std::vector<double> values;
  for (std::size_t at = i; at < p.draws.size(); at += p.marginals.size()) values.push_back(p.draws[at]);
  const auto [from, to] = central_interval(values, drawn_part);
  std::vector<int> counts(bins);
  for (const double v : values)
    if (v >= from && v < to) ++counts[static_cast<std::size_t>(static_cast<double>(bins) * (v - from) / (to - from))];
  return {{"name", printable(report.statistics.parameters[i].name)},
          {"value", number(report.statistics.parameters[i].value)},
          {"from", number(from)},
          {"to", number(to)},
          {"counts", counts},
          {"mean", number(m.mean)},
          {"median", number(m.median)},
          {"standard_deviation", number(m.standard_deviation)},
          {"lower", number(m.lower)},
          {"upper", number(m.upper)},
          {"autocorrelation_time", number(m.autocorrelation_time)},
          {"r_hat", number(m.r_hat)}};
}

Json posterior_of(const Report& report) {
  if (!report.posterior || !report.posterior->available()) return nullptr;
  const Posterior& p = *report.posterior;
  std::vector<std::size_t> shown;
  Json parameters = Json::array(), draws = Json::array();
  for (std::size_t i = 0; i < p.marginals.size() && shown.size() < most_marginals; ++i) {
    if (!(p.marginals[i].standard_deviation > 0.0)) continue;
    shown.push_back(i);
    parameters.push_back(marginal_of(report, i));
  }
  const auto samples = static_cast<std::size_t>(p.samples), step = samples / most_draws + 1;
  for (std::size_t k = 0; k < samples; k += step) {
    Json draw = Json::array();
    for (const std::size_t i : shown) draw.push_back(number(p.draws[k * p.marginals.size() + i]));
    draws.push_back(std::move(draw));
  }
  return {{"parameters", std::move(parameters)},
          {"shown", draws.size()},
          {"samples", p.samples},
          {"level", text::level_in_words(p.level)},
          {"draws", std::move(draws)}};
}

/// F of the known minimum, NaN without one.
double best_of(const Report& report) {
  if (!report.known_minimum) return unset;
  return text::is_objective(report) ? report.known_minimum->value : 0.5 * report.known_minimum->value;
}

}  // namespace

Json data_of(const Report& report) {
  Json data = {{"method", to_string(report.method)},
               {"best", number(best_of(report))},
               {"trace", columns_of(report.result, most_points)},
               {"fit", fit_of(report)},
               {"correlation", correlation_of(report.statistics)},
               {"minima", minima_of(report)},
               {"profile", profile_of(report)},
               {"posterior", posterior_of(report)}};
  for (const Section& section : report.sections)
    if (!section.figure.empty()) data[section.key] = Json::parse(section.figure);
  return data;
}

}  // namespace thalweg::inline v0_1::html
