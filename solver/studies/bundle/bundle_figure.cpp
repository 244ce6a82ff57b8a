#include "studies/bundle/bundle_figure.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "report/json/downsample.hpp"

namespace thalweg::inline v0_1::html {
namespace {

using json_parts::Json;
using json_parts::rounded_numbers;

constexpr std::size_t most_cameras = 600, most_drawn_points = 2000, most_rows = 15, bins = 48;
constexpr int drawn_digits = 5;

struct Range {
  double low, high;
};

/// From one quantile to another, of the finite values.
Range between(std::vector<double> values, double low, double high) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (values.empty()) return {0.0, 0.0};
  const auto quantile = [&](double q) {
    const auto k = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + k, values.end());
    return values[static_cast<std::size_t>(k)];
  };
  return {quantile(low), quantile(high)};
}

/// Nearly all cameras and most of the points: a few that ran away shall not make the rest a dot.
Range window(const std::vector<double>& cameras, const std::vector<double>& points) {
  const Range c = between(cameras, 0.005, 0.995), p = between(points, 0.02, 0.98);
  const double low = std::min(c.low, p.low), high = std::max(c.high, p.high);
  const double margin = high > low ? 0.05 * (high - low) : 1.0;
  return {low - margin, high + margin};
}

/// Those inside both windows, at most so many, evenly chosen.
std::vector<std::size_t> drawn(const std::vector<double>& x, const std::vector<double>& y, Range in_x, Range in_y,
                               std::size_t most, std::size_t& outside) {
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] >= in_x.low && x[i] <= in_x.high && y[i] >= in_y.low && y[i] <= in_y.high) inside.push_back(i);
  outside = x.size() - inside.size();
  if (inside.size() <= most) return inside;
  std::vector<std::size_t> kept;
  for (const std::size_t i : downsample_evenly(inside.size(), most)) kept.push_back(inside[i]);
  return kept;
}

std::vector<double> picked(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
  std::vector<double> out;
  for (const std::size_t i : rows) out.push_back(values[i]);
  return out;
}

Range united(Range a, Range b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

Json view_of(const BundleView& p, Range x, Range y) {
  std::size_t cameras_outside = 0, points_outside = 0;
  const auto cameras = drawn(p.camera_x, p.camera_y, x, y, most_cameras, cameras_outside);
  const auto points = drawn(p.point_x, p.point_y, x, y, most_drawn_points, points_outside);
  return {{"window", {x.low, x.high, y.low, y.high}},
          {"cameras",
           {{"number", cameras},
            {"x", rounded_numbers(picked(p.camera_x, cameras), drawn_digits)},
            {"y", rounded_numbers(picked(p.camera_y, cameras), drawn_digits)},
            {"heading_x", rounded_numbers(picked(p.heading_x, cameras), drawn_digits)},
            {"heading_y", rounded_numbers(picked(p.heading_y, cameras), drawn_digits)},
            {"of", p.camera_x.size()},
            {"outside", cameras_outside}}},
          {"points",
           {{"x", rounded_numbers(picked(p.point_x, points), drawn_digits)},
            {"y", rounded_numbers(picked(p.point_y, points), drawn_digits)},
            {"of", p.point_x.size()},
            {"outside", points_outside}}}};
}

/// Counts in bins of equal width on a logarithmic axis; what is below the first edge is counted in the first bin.
std::vector<std::int64_t> histogram(const std::vector<double>& errors, double low, double high) {
  std::vector<std::int64_t> counts(bins);
  const double width = (high - low) / static_cast<double>(bins);
  for (const double e : errors) {
    if (!std::isfinite(e)) continue;
    const double place = e > 0.0 ? (std::log10(e) - low) / width : 0.0;
    ++counts[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins) - 1.0))];
  }
  return counts;
}

Json errors_of(const BundlePicture& p) {
  const Range before = between(p.before, 0.002, 1.0), after = between(p.after, 0.002, 1.0);
  const double largest = std::max(before.high, after.high);
  if (!(largest > 0.0)) return nullptr;
  const double high = std::ceil(4.0 * std::log10(largest) + 1e-9) / 4.0;
  const double least = std::max(std::min(before.low, after.low), 1e-6 * largest);
  const double low = std::min(std::floor(4.0 * std::log10(least)) / 4.0, high - 1.0);
  Json edges = Json::array();
  for (std::size_t i = 0; i <= bins; ++i)
    edges.push_back(std::pow(10.0, low + (high - low) * static_cast<double>(i) / static_cast<double>(bins)));
  return {{"edges", std::move(edges)},
          {"before", histogram(p.before, low, high)},
          {"after", histogram(p.after, low, high)}};
}

}  // namespace

Json data_of(const BundleSummary& bundle) {
  if (!bundle.picture) return nullptr;
  const BundleView &start = bundle.picture->start, &solution = bundle.picture->solution;
  // One window for both, so that what moved is seen to have moved.
  const Range x = united(window(start.camera_x, start.point_x), window(solution.camera_x, solution.point_x));
  const Range y = united(window(start.camera_y, start.point_y), window(solution.camera_y, solution.point_y));
  return {
      {"before", view_of(start, x, y)},
      {"after", view_of(solution, x, y)},
      {"errors", errors_of(*bundle.picture)},
      {"observations", bundle.observations},
      {"rms", {json_parts::number(bundle.before.root_mean_square), json_parts::number(bundle.after.root_mean_square)}},
      {"median", {json_parts::number(bundle.before.median), json_parts::number(bundle.after.median)}}};
}

text::Table largest_errors(const BundlePicture& p) {
  text::Table table;
  for (const char* heading : {"observation", "camera", "point", "before, pixels", "after, pixels"})
    table.add_column(heading, text::Align::right);
  std::vector<std::size_t> order(p.after.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t rows = std::min(most_rows, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(rows), order.end(),
      [&](std::size_t a, std::size_t b) { return p.after[a] != p.after[b] ? p.after[a] > p.after[b] : a < b; });
  for (std::size_t k = 0; k < rows; ++k) {
    const std::size_t i = order[k];
    table.add_row({std::to_string(i), std::to_string(p.camera_of[i]), std::to_string(p.point_of[i]),
                   fmt::format("{:.4g}", p.before[i]), fmt::format("{:.4g}", p.after[i])});
  }
  return table;
}

}  // namespace thalweg::inline v0_1::html
