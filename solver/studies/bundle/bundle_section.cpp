#include <thalweg/studies/bundle_section.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/inference/statistics.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/sentences.hpp"
#include "studies/bundle/bundle_figure.hpp"

namespace thalweg::inline v0_1 {
namespace studies {
extern const std::string_view bundle_script;  // bundle.js
}

namespace {

using json_parts::Json;
using json_parts::number;
using text::Align;
using text::significant;
using text::Table;

/// Reprojection errors before and after.
Table error_table(const BundleSummary& b) {
  Table table;
  table.add_column("reprojection error, pixels", Align::left);
  for (const char* heading : {"rms", "mean", "median", "95 %", "largest"}) table.add_column(heading, Align::right);
  const auto row = [&](const char* what, const ReprojectionErrors& e) {
    std::vector<std::string> cells = {what};
    for (const double v : {e.root_mean_square, e.mean, e.median, e.percentile_95, e.largest})
      cells.push_back(std::isfinite(v) ? fmt::format("{:.4g}", v) : "-");
    table.add_row(std::move(cells));
  };
  row("before", b.before);
  row("after", b.after);
  return table;
}

Json json_of(const BundleSummary& b) {
  const auto errors = [](const ReprojectionErrors& e) {
    return Json{{"rms", number(e.root_mean_square)},
                {"mean", number(e.mean)},
                {"median", number(e.median)},
                {"percentile_95", number(e.percentile_95)},
                {"largest", number(e.largest)}};
  };
  return {{"cameras", b.cameras},
          {"points", b.points},
          {"observations", b.observations},
          {"reprojection_error", {{"before", errors(b.before)}, {"after", errors(b.after)}}}};
}

}  // namespace

std::vector<double> reprojection_distances(const Problem& problem, const std::vector<double>& x) {
  const ResidualGroup& group = *problem.groups()[0];
  const auto n = static_cast<std::size_t>(group.items());
  std::vector<double> u(n), v(n);
  double* const residual[] = {u.data(), v.data()};
  group.evaluate(x.data(), {0, group.items(), residual});
  for (std::size_t i = 0; i < n; ++i) u[i] = std::hypot(u[i], v[i]);
  return u;
}

ReprojectionErrors reprojection_errors(std::span<const double> distances) {
  ReprojectionErrors e;
  double squares = 0.0, sum = 0.0;
  std::vector<double> sorted;
  sorted.reserve(distances.size());
  for (const double d : distances) {
    squares += d * d;
    sum += d;
    if (std::isfinite(d)) sorted.push_back(d);
  }
  const auto quantile = [&](double q) {
    if (sorted.empty()) return unset;
    const auto k = static_cast<std::ptrdiff_t>(q * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + k, sorted.end());
    return sorted[static_cast<std::size_t>(k)];
  };
  const auto n = static_cast<double>(distances.size());
  e.root_mean_square = std::sqrt(squares / n);
  e.mean = sum / n;
  e.median = quantile(0.5);
  e.percentile_95 = quantile(0.95);
  e.largest = sorted.size() == distances.size() ? *std::max_element(sorted.begin(), sorted.end()) : unset;
  return e;
}

Section section_of(const BundleSummary& b) {
  Section section;
  section.key = "bundle";
  section.json = json_parts::dumped(json_of(b));
  section.tables = {error_table(b)};
  section.key_numbers = {{"cameras, points", fmt::format("{}, {}", b.cameras, b.points)},
                         {"observations", std::to_string(b.observations)},
                         {"rms error, pixels", fmt::format("{} → {}", significant(b.before.root_mean_square, 3),
                                                           significant(b.after.root_mean_square, 3))}};
  if (b.picture) section.panels.push_back({"scene", "The scene from above"});
  section.panels.push_back({"errors", "Reprojection errors", {{"", error_table(b), "results"}}});
  if (!b.picture) return section;
  section.panels.push_back({"largest", "The largest errors", {{"", html::largest_errors(*b.picture), "results"}}});
  section.figure = json_parts::dumped(html::data_of(b));
  section.script = studies::bundle_script;
  return section;
}

}  // namespace thalweg::inline v0_1
